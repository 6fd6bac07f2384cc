# hash
// slashes, with a "quote and a {
/* one line */ a = 1 /* after */
b = /* between */ 2 // at the end
/*
c = 3
*/
d = 4 /* over
lines */
/* * ** / */ e /**/ = /***/ 5
# at the end, without a line end