#!/bin/sh
echo two: $A $B $C
