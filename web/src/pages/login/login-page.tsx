import type { Answer, Challenge, LoggedIn, MustEnrol } from '@sallyport/client';
import { lazy, Suspense, useEffect, useState } from 'react';
import { type Arrival, forgetArrival, readArrival } from '../../lib/arrival.ts';
import { areaOf, leaveLogin } from '../../lib/leave.ts';
import { settings } from '../../settings.ts';
import { useTexts } from '../../texts/language.tsx';
import { AfterLogin, hasNews } from './after-login.tsx';
import { PasswordStep } from './password-step.tsx';

// Loaded after the password, so that the page of the password comes quickly on a slow line.
const FactorChallenge = lazy(async () => ({
  default: (await import('../../components/factor/factor-challenge.tsx')).FactorChallenge,
}));
const EnrolHere = lazy(() => import('./enrol-here.tsx'));
const OfferPasskey = lazy(() => import('./offer-passkey.tsx'));

const leave = () => leaveLogin();

type Step =
  | {
      readonly name: 'password';
      readonly error?: unknown;
      readonly tookTooLong?: boolean;
      /** Who has just set a password. */
      readonly passwordSetFor?: string;
    }
  | { readonly name: 'factor'; readonly challenge: Challenge }
  | { readonly name: 'enrol'; readonly as?: MustEnrol }
  | { readonly name: 'news'; readonly answer: LoggedIn }
  | { readonly name: 'offer' };

/** `/login`: the password, the factor, what must be set up or told, and on to where the person wanted to go. */
export default function LoginPage() {
  const t = useTexts('login');
  const area = areaOf(window.location.search);
  const [step, setStep] = useState<Step>(() => firstStep(readArrival()));
  useEffect(forgetArrival, []);

  function take(answer: Answer): void {
    if (answer.kind === 'challenge') setStep({ name: 'factor', challenge: answer });
    else if (answer.kind === 'must_enrol') setStep({ name: 'enrol', as: answer });
    else if (answer.kind === 'tokens' && hasNews(answer)) setStep({ name: 'news', answer });
    else if (answer.kind === 'tokens') settings.firstFactor[area] ? setStep({ name: 'offer' }) : leaveLogin();
  }

  switch (step.name) {
    case 'password':
      return (
        <PasswordStep
          area={area}
          error={step.error}
          tookTooLong={step.tookTooLong ?? false}
          passwordSetFor={step.passwordSetFor}
          onAnswer={take}
          onPasskey={leave}
        />
      );
    case 'factor':
      return (
        <Suspense>
          <FactorChallenge
            key={step.challenge.tempToken}
            title={t.factorTitle}
            challenge={step.challenge}
            onDone={take}
            onOver={(error) => setStep({ name: 'password', error, tookTooLong: error === undefined })}
          />
        </Suspense>
      );
    case 'enrol':
      return (
        <Suspense>
          <EnrolHere
            as={step.as}
            onDone={() => leaveLogin()}
            onOver={(error) => setStep({ name: 'password', error })}
          />
        </Suspense>
      );
    case 'offer':
      return (
        <Suspense>
          <OfferPasskey onDone={leave} />
        </Suspense>
      );
    case 'news':
      return (
        <AfterLogin
          answer={step.answer}
          onContinue={() => leaveLogin()}
          onEnrol={() => setStep({ name: 'enrol' })}
        />
      );
  }
}

/** Somebody who has just set a password goes on where the login with it led. An invited person is offered a factor. */
function firstStep(arrival: Arrival | null): Step {
  if (!arrival) return { name: 'password' };
  const { answer, username } = arrival;
  if (answer?.kind === 'challenge') return { name: 'factor', challenge: answer };
  if (answer?.kind === 'must_enrol') return { name: 'enrol', as: answer };
  if (answer?.kind === 'tokens') return { name: 'news', answer };
  return { name: 'password', passwordSetFor: username };
}
