#!/bin/sh
echo a step
# changed
