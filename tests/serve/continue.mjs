// Asks the endpoint as Continue's autocompletion does, and prints what came as one JSON object.
// node continue.mjs API_BASE API_KEY MODEL [HANG_UP_AFTER]
import { constructLlmApi } from "@continuedev/openai-adapters";

const [apiBase, apiKey, model, hangUpAfter] = process.argv.slice(2);
const api = constructLlmApi({ provider: "mistral", apiBase, apiKey });
const abort = new AbortController();
const chunks = [];
let error = null;
try {
  const body = { model, prompt: "def one():\n", suffix: "\n", max_tokens: 64, temperature: 0.01, stop: ["\n\n"] };
  for await (const chunk of api.fimStream({ ...body, stream: true }, abort.signal)) {
    chunks.push(chunk);
    if (chunks.length === Number(hangUpAfter)) abort.abort();
  }
} catch (thrown) {
  error = String(thrown);
}
const text = chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
console.log(JSON.stringify({ text, finish: chunks.at(-1)?.choices[0].finish_reason ?? null, error }));
