<?php

return [
    'Vey Skerry' => ['04:12', 4.1],
    'Port Ollan' => ['04:39', 3.6],
    'Saltmarsh' => ['05:20', 2.2],
    'Old Mole' => ['06:03', 5.4],
];
