/** Keeps a socket to a live room and tells the page by events on its body; htmx asks for what is new. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

export function listen(room: string): void {
  let wait = FIRST_WAIT;
  const connect = (): void => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live/${room}/`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT;
      tell("look");
    });
    socket.addEventListener("message", (event) => {
      for (const topic of Object.keys(JSON.parse(String(event.data)))) tell(topic);
    });
    socket.addEventListener("close", () => {
      window.setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };
  connect();
}

function tell(topic: string): void {
  document.body.dispatchEvent(new CustomEvent(topic));
}
