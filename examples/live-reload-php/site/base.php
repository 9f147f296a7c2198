<?php
// The style sheet that all examples share. It is outside of the folder that PHP serves.
header('Content-Type: text/css');
readfile(__DIR__ . '/../../live-counter/site/base.css');
