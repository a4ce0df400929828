// What models and agents are called: the service says it, and is asked again where one is new.

import { ask } from "./service.js";

let told = { models: {}, agents: {} };
let asking = Promise.resolve();
const asked = new Set();

// Resolves once these models have labels, as far as the service knows any.
export function knowing(models) {
  const missing = models.filter((name) => name && !asked.has(name));
  for (const name of missing) asked.add(name);
  if (missing.length) asking = asking.then(() => learn(missing));
  return asking;
}

async function learn(missing) {
  if (missing.every((name) => name in told.models)) return;
  try {
    told = await ask("/labels");
  } catch {
    for (const name of missing) asked.delete(name); // ids stand in until the service is back
  }
}

export const isKnown = (models) => models.every((name) => name in told.models);
export const known = () => Object.keys(told.models).length;
export const modelName = (name) => told.models[name] ?? name;
export const modelNames = (names) => names.map(modelName).join(", ");
export const agentName = (name) => told.agents[name] ?? name;
