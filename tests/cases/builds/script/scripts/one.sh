#!/bin/sh
echo one: $A $B $C
