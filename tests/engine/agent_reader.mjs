// Reads an agent's chat the way a web page does: fetch, a reader, a decoder that may get half a character, and lines.
// Gets the address, the token and the question in its environment; prints each event as a line of JSON.

const answer = await fetch(process.env.AGENT_URL, {
  method: "POST",
  headers: { "Content-Type": "application/json", Authorization: `Bearer ${process.env.AGENT_TOKEN}` },
  body: JSON.stringify({
    messages: [{ role: "user", content: process.env.AGENT_QUESTION }],
    model: "page",
    stream: true,
  }),
});
if (!answer.ok) {
  throw new Error(`status ${answer.status}`);
}
const reader = answer.body.getReader();
const decoder = new TextDecoder();
let rest = "";
for (;;) {
  const { value, done } = await reader.read();
  rest += decoder.decode(value, { stream: !done });
  const lines = rest.split("\n");
  rest = lines.pop();
  for (const line of lines) {
    if (line.startsWith("data: ")) {
      console.log(JSON.stringify(JSON.parse(line.slice(6))));
    }
  }
  if (done) break;
}
