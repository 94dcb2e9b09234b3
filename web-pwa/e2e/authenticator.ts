/** Chromium's virtual authenticator: a device that holds passkeys, as a test wants it to behave. */
import type { CDPSession, Page } from '@playwright/test';

/** A credential as the authenticator tells it. */
export interface HeldCredential {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
}

export class Authenticator {
  private constructor(
    private readonly session: CDPSession,
    private readonly id: string,
  ) {}

  /** One built into the device of this page; it recognises its owner until it is told not to. */
  static async on(page: Page, more: { hasPrf?: boolean } = {}): Promise<Authenticator> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
        ...more,
      },
    });
    return new Authenticator(session, authenticatorId);
  }

  /** Finger, face or code are right from now on, or wrong. */
  async recognises(owner: boolean): Promise<void> {
    const authenticatorId = this.id;
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: owner });
  }

  /** Somebody makes its gesture from now on, or nobody does until the page's patience ends. */
  async isTouched(touched: boolean): Promise<void> {
    await this.session.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: this.id,
      enabled: touched,
    });
  }

  /** What it holds. */
  async held(): Promise<HeldCredential[]> {
    const { credentials } = await this.session.send('WebAuthn.getCredentials', {
      authenticatorId: this.id,
    });
    return credentials;
  }

  /** Holds a copy of a credential, as it was at some moment. */
  async copies(credential: HeldCredential): Promise<void> {
    await this.session.send('WebAuthn.clearCredentials', { authenticatorId: this.id });
    await this.session.send('WebAuthn.addCredential', { authenticatorId: this.id, credential });
  }

  /** The device is no longer there. */
  async goes(): Promise<void> {
    await this.session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: this.id });
  }
}
