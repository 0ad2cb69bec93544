var express = require('express');
var app = express();

app.get('/', function (req, res) {
  res.type('text').send('Hello, ' + (req.get('X-AppZone-User') || 'stranger') + '!\n');
});

app.listen(9006, function () {
  console.log('Sample Node Application Plugin Service listening on port ' + 9006);
});
