import { Component, type ReactNode } from 'react';
import { Notice } from '../kit/notice.js';

/** Keeps the console standing where a view cannot show what it was given: the other views, and the way back, are there. */
export class ViewBoundary extends Component<{ isPack: boolean; children: ReactNode }, { message: string | null }> {
  override state = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <Notice title="This view cannot be shown">
        <p>
          {this.props.isPack
            ? 'This pack has no data for this view: it is from another version.'
            : 'The page and the server may be of different versions: reload the page.'}
        </p>
        <p>
          <code>{this.state.message}</code>
        </p>
      </Notice>
    );
  }
}
