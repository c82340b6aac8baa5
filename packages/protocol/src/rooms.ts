/** The room of a car's own data: fuel, temperatures, inputs. Only tokens that name the car come in. */
export function carRoom(sessionId: string, carNumber: string): string {
  return `session:${sessionId}:car:${carNumber}`;
}

/** The room that sees a session in real time, by right. */
export function liveRoom(sessionId: string): string {
  return `session:${sessionId}`;
}
