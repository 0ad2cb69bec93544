var express = require('express');
var app = express();
app.listen(9006, function () {
  console.log('Sample Node Application Plugin Service listening on port ' + 9006);
});
