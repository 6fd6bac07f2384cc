regoin = "c"
