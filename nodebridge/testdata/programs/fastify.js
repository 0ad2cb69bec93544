const app = require('fastify')();
app.get('/', async (req) => ({ hello: 'fastify', ip: req.ip }));
app.listen({ port: 9006, host: '0.0.0.0' }).then((address) => console.log('at', address));
