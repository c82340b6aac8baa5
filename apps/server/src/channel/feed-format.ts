/** How a viewer wants its feed: rows of integers, or plain named fields. */
export type FeedFormat = 'rows' | 'json';

export const FEED_FORMATS = ['rows', 'json'] as const satisfies readonly FeedFormat[];
