/** The room of a car's own data: fuel, temperatures, inputs. Only tokens that name the car come in. */
export function carRoom(sessionId: string, carNumber: string): string {
  return `session:${sessionId}:car:${carNumber}`;
}

/** The room that sees a session in real time, by right. */
export function liveRoom(sessionId: string): string {
  return `session:${sessionId}`;
}

/** The room that sees a session later and only what is public; outputs with an extra delay have one of their own. */
export function broadcastRoom(sessionId: string, extraDelayMs = 0): string {
  return extraDelayMs === 0 ? `broadcast:session:${sessionId}` : `broadcast:session:${sessionId}:plus:${extraDelayMs}`;
}
