/** Accounts that a demonstration shows on its login page; a real city shows none. */

export interface DemoAccount {
  login: string;
  name: string;
  password: string;
}

export interface SignInPage {
  demo: boolean;
  accounts?: { login: string; name: string }[];
  password?: string;
}

/** Return the accounts that the page may offer. */
export function readHints(page: SignInPage): DemoAccount[] {
  if (!page.demo) return [];
  return (page.accounts ?? []).map((account) => ({ ...account, password: page.password ?? '' }));
}
