setInterval(() => console.log('tick'), 50);
