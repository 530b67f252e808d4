#!/bin/sh
# Opens a class and its board in the browser. What is given goes on to `fourways classroom`; without anything, phones of
# the same network may join.
case $0 in */*) cd "${0%/*}" || exit ;; esac
if [ $# -eq 0 ]; then set -- --listen 0.0.0.0:8080; fi
if [ ! -t 0 ]; then exec ./fourways classroom --open "$@"; fi

# Ctrl-C is for the class; this script goes on, and says how to leave.
trap : INT
./fourways classroom --open "$@"
status=$?
# A double click opened this window, and it would close before anybody has read what went wrong.
if [ "$status" -ne 0 ]; then
    printf '\nPress Enter to close this window. 按回车键关闭这个窗口。'
    read -r _
fi
exit "$status"
