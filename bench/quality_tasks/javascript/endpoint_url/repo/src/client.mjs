import { urlOf } from "./urls.mjs";

export async function loadUser(endpoint, id) {
  const answer = await fetch(urlOf(endpoint, "users", id)); // https://host/api/users/4%2F2
  return answer.json();
}
