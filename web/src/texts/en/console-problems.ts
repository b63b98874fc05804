/** What to tell the helpdesk and administrators about a problem, beside the words of `problems`. */
export default {
  forbidden: {
    own_account: 'You cannot do this to your own account. Ask a colleague.',
    higher_role: 'You cannot do this to an administrator, an auditor or another helpdesk user.',
    caller_check_required: 'First check who is calling.',
    evidence_required: 'First check who is calling, or give two kinds of evidence.',
    caller_check_invalid: 'This check no longer counts. Check anew who is calling.',
    own_request: 'You asked for this yourself. A colleague must decide.',
    wrong_role: 'Your role may not decide about this. Ask an administrator.',
    same_person:
      'Your account and the one that asked may belong to one person. Another colleague must decide.',
    not_requester: 'Only the person who asked can do this.',
  },
  conflict: {
    name_taken: 'There is a user of this name.',
    no_address: 'The account has no e-mail address.',
    no_mail_server: 'The service cannot send e-mails.',
    disabled: 'The account is disabled.',
    last_admin: 'This is the last administrator who can log in.',
    no_factor: 'The account has no second factor.',
    approval_required: 'A second person must approve this. Ask for it again.',
    approval_pending: 'You have asked for this already. Carry that request out, or take it back.',
    approval_missing: 'Nobody has approved this request yet.',
    approval_over: 'This request is over: it was used, refused, taken back or stopped, or it has expired.',
    approval_waiting: 'The wait after the approval is not over yet.',
    approval_stale:
      'The account or a role has changed since the request, or the address in the last 24 hours. Ask again later.',
    too_few_people: 'Fewer than two people could approve. Invite a second administrator first.',
  },
};
