@echo off
rem Opens a class and its board in the browser. What is given goes on to `fourways classroom`; without anything, phones
rem of the same network may join.
cd /d "%~dp0"
if "%~1"=="" (fourways.exe classroom --open --listen 0.0.0.0:8080) else (fourways.exe classroom --open %*)
rem A double click opened this window, and it would close before anybody has read what went wrong.
if errorlevel 1 pause
