import Koa from 'koa';
const app = new Koa();
app.use((ctx) => { ctx.body = 'koa'; });
app.listen(9006);
