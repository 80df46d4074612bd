/** A program that talks with its parent. */
process.send?.('ready');
setInterval(() => process.send?.('heartbeat'), 200);
process.on('message', (message) => process.send?.({ answer: message }));
process.on('disconnect', () => process.exit());
