console.log('nothing to do');
process.exitCode = 7;
