/** Words that leave open who acts, or that turn a sentence around. Plain English does without them. */
export const vagueWords = /\b(?:whoever|whomever|whatever|whichever|of which|of whom)\b/i;
