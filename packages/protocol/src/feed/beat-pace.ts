/** How often a client that follows a feed sends `feed:beat`, in ms. Apart from the schema: overlays have no room for that. */
export const BEAT_EVERY_MS = 2_000;
