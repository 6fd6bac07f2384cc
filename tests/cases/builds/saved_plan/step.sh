#!/bin/sh
echo a step
