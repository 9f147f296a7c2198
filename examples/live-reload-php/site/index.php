<?php
$title = 'Tide table';
$harbours = require __DIR__ . '/harbours.php';
$now = new DateTimeImmutable();
?>
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title><?= htmlspecialchars($title) ?></title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="base.php">
    <link rel="stylesheet" href="site.css">
  </head>
  <body>
    <main>
      <p class="kicker">PHP <?= PHP_VERSION ?>, behind the reload tool</p>
      <h1><?= htmlspecialchars($title) ?></h1>
      <p class="lead">
        Save <code>index.php</code> or <code>harbours.php</code>: the page reloads and keeps its scroll position.
        Save <code>site.css</code>: only the styles change.
      </p>
      <table>
        <thead>
          <tr><th>Harbour</th><th>High water</th><th>Height</th></tr>
        </thead>
        <tbody>
        <?php foreach ($harbours as $name => [$time, $height]): ?>
          <tr>
            <td><?= htmlspecialchars($name) ?></td>
            <td><?= htmlspecialchars($time) ?></td>
            <td><span class="bar" style="--height: <?= (float) $height ?>"></span><?= number_format($height, 1) ?> m</td>
          </tr>
        <?php endforeach ?>
        </tbody>
      </table>
      <p class="made">Made by PHP at <?= $now->format('H:i:s') ?></p>
    </main>
  </body>
</html>
