// Generated from /api/v1/openapi.json by test/api/client/write-types.ts. Do not edit.

export interface paths {
  '/api/v1/credentials': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listCredentials'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credential-changes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listCredentialChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/{credential}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getCredential'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/{credential}/validation': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getValidation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/lists': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listLists'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/validations': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['askValidations'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/changes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/applications': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listApplications'];
    put?: never;
    post: operations['submitApplication'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/applications/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getApplication'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/applications/{id}/decision-proposals': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['proposeDecision'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/approval-records': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listApprovalRecords'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/approval-records/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getApprovalRecord'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/approval-records/{id}/ctdl': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getCtdlDrafts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/evidence/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getEvidence'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ballots': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listBallots'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/ballots/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getBallot'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/applications/{id}/ballot-proposals': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['proposeBallot'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhook-endpoints': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listWebhookEndpoints'];
    put?: never;
    post: operations['createWebhookEndpoint'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhook-endpoints/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getWebhookEndpoint'];
    put?: never;
    post?: never;
    delete: operations['deleteWebhookEndpoint'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhook-endpoints/{id}/rotate-secret': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['rotateWebhookSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhook-endpoints/{id}/pause': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['pauseWebhookEndpoint'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhook-endpoints/{id}/resume': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['resumeWebhookEndpoint'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhook-endpoints/{id}/deliveries': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listWebhookDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/webhook-endpoints/{id}/deliveries/{delivery}/replay': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['replayWebhookDelivery'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}

export interface components {
  schemas: {
    Credential: {
      id: number;
      slug: string;
      name: string;
      version: string;
      ctid: string | null;
      type: string;
      cluster: string;
      naicsPrefixes: Array<string>;
      stateCode: string | null;
      url: string | null;
      state: 'active' | 'retired';
      issuer: { name: string; website: string | null };
      updatedAt: string;
      links: { self: string; validation: string };
    };
    CredentialPage: { items: Array<components['schemas']['Credential']>; nextCursor: string | null };
    List: {
      slug: string;
      name: string;
      kind: 'informational' | 'use_case' | 'unified';
      reviewCycle: 'rolling' | 'quarterly' | 'twice_a_year' | 'annual' | 'every_2_years' | 'every_5_years';
      agency: { name: string; isYours: boolean };
      policy: { name: string; version: number; sha256: string };
      cycles: Array<{ name: string; startsOn: string; endsOn: string }>;
    };
    Lists: { items: Array<components['schemas']['List']> };
    Validation: {
      status: 'provisional';
      asOf: string;
      credential: { id: number; slug: string; name: string; ctid: string | null };
      list: { slug: string; name: string };
      policy: { name: string; version: number; sha256: string; inWords: Array<string> };
      requirement: {
        status: 'not_asked' | 'short' | 'met' | 'met_but_expiring' | 'conflicting' | 'unsupported';
        required: number;
        shortfall: number;
        figures: {
          asked: number;
          delivered: number;
          answered: number;
          bothYes: number;
          no: number;
          notSure: number;
          notFamiliar: number;
          conflicting: number;
          excluded: number;
          agedOut: number;
        };
        expiring: { on: string; fallsTo: number } | null;
        reasons: Array<
          | 'nobody_asked'
          | 'below_minimum'
          | 'conflicts_would_decide'
          | 'minimum_reached'
          | 'lapses_within_warning'
          | 'too_few_points'
          | 'too_few_regions'
          | 'too_few_sectors'
          | 'too_few_sizes'
          | 'too_much_of_one_group'
          | 'wage_too_low'
          | 'too_few_voters'
          | 'not_voted_for'
          | 'too_few_boards'
          | 'reviews_missing'
          | 'tier_too_low'
          | 'not_shown_generic'
          | 'needs_unrecorded_facts'
        >;
      };
      frozen: {
        approvalRecordId: number;
        snapshotId: number;
        sha256: string;
        requirementStatus: 'not_asked' | 'short' | 'met' | 'met_but_expiring' | 'conflicting' | 'unsupported';
        validUntil: string | null;
        links: { approvalRecord: string; evidence: string };
      } | null;
      links: { self: string; credential: string };
    };
    Validations: {
      status: 'provisional';
      asOf: string;
      list: { slug: string; name: string };
      policy: { name: string; version: number; sha256: string };
      items: Array<{
        credential: { id: number; slug: string; name: string; ctid: string | null };
        requirement: {
          status: 'not_asked' | 'short' | 'met' | 'met_but_expiring' | 'conflicting' | 'unsupported';
          required: number;
          shortfall: number;
          figures: {
            asked: number;
            delivered: number;
            answered: number;
            bothYes: number;
            no: number;
            notSure: number;
            notFamiliar: number;
            conflicting: number;
            excluded: number;
            agedOut: number;
          };
          expiring: { on: string; fallsTo: number } | null;
          reasons: Array<
            | 'nobody_asked'
            | 'below_minimum'
            | 'conflicts_would_decide'
            | 'minimum_reached'
            | 'lapses_within_warning'
            | 'too_few_points'
            | 'too_few_regions'
            | 'too_few_sectors'
            | 'too_few_sizes'
            | 'too_much_of_one_group'
            | 'wage_too_low'
            | 'too_few_voters'
            | 'not_voted_for'
            | 'too_few_boards'
            | 'reviews_missing'
            | 'tier_too_low'
            | 'not_shown_generic'
            | 'needs_unrecorded_facts'
          >;
        };
        links: { validation: string };
      }>;
      unknown: Array<string>;
    };
    Application: {
      id: number;
      state: 'submitted' | 'in_review' | 'decided' | 'due_for_review' | 'renewed' | 'lapsed' | 'revoked';
      credential: { id: number; slug: string; name: string };
      list: { slug: string; name: string };
      cycle: { name: string; startsOn: string; endsOn: string };
      submittedAt: string;
      decision: {
        decision: 'approved' | 'denied' | 'deferred';
        reason: string;
        decidedAt: string | null;
      } | null;
      proposal: {
        id: number;
        outcome: 'approved' | 'denied' | 'deferred' | 'revoked';
        proposedAt: string;
      } | null;
      links: { self: string; credential: string; validation: string };
    };
    ApplicationPage: { items: Array<components['schemas']['Application']>; nextCursor: string | null };
    DecisionProposal: {
      id: number;
      applicationId: number;
      outcome: 'approved' | 'denied' | 'deferred' | 'revoked';
      state: 'proposed';
      links: { application: string };
    };
    ApprovalRecord: {
      id: number;
      credential: { id: number; slug: string; name: string; ctid: string | null };
      list: { slug: string; name: string };
      cycle: { name: string; startsOn: string; endsOn: string };
      application: {
        id: number;
        state: 'submitted' | 'in_review' | 'decided' | 'due_for_review' | 'renewed' | 'lapsed' | 'revoked';
      };
      requirement: string;
      requirementStatus: 'not_asked' | 'short' | 'met' | 'met_but_expiring' | 'conflicting' | 'unsupported';
      evidence: {
        snapshotId: number;
        sha256: string;
        asOf: string;
        validUntil: string | null;
        supersedesSnapshotId: number | null;
      };
      decision: { decision: 'approved' | 'denied' | 'deferred'; reason: string; decidedAt: string } | null;
      createdAt: string;
      supersededAt: string | null;
      links: { self: string; evidence: string; credential: string };
    };
    ApprovalRecordPage: { items: Array<components['schemas']['ApprovalRecord']>; nextCursor: string | null };
    Evidence: {
      format: 'countersign-evidence/1' | 'countersign-evidence/2';
      packet: { [key: string]: unknown };
      sha256: string;
      signature?: string;
      proof?: string;
    };
    LinkedData: { '@context': unknown; '@graph': Array<{ [key: string]: unknown }>; [key: string]: unknown };
    Changes: {
      items: Array<{
        sequence: number;
        type:
          | 'application.submitted'
          | 'decision.made'
          | 'application.due_for_review'
          | 'application.renewed'
          | 'application.lapsed'
          | 'snapshot.frozen'
          | 'requirement.met'
          | 'requirement.lapsing'
          | 'requirement.lapsed'
          | 'counts.changed'
          | 'credential.changed';
        at: string;
        data: { links: { [key: string]: string }; [key: string]: unknown };
      }>;
      nextCursor: string;
      hasMore: boolean;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code:
        | 'bad_parameter'
        | 'bad_body'
        | 'idempotency_key_missing'
        | 'idempotency_key_reused'
        | 'idempotency_in_flight'
        | 'already_submitted'
        | 'already_proposed'
        | 'evidence_missing'
        | 'evidence_not_met'
        | 'evidence_expired'
        | 'criteria_missing'
        | 'body_missing'
        | 'not_approved'
        | 'no_open_appeal'
        | 'may_not_apply'
        | 'applicant_not_an_employer'
        | 'not_found'
        | 'forbidden'
        | 'already_done'
        | 'needs_second_person'
        | 'scope_missing'
        | 'too_many_endpoints'
        | 'bad_request'
        | 'unauthorized'
        | 'method_not_allowed'
        | 'not_acceptable'
        | 'request_timeout'
        | 'conflict'
        | 'gone'
        | 'precondition_failed'
        | 'payload_too_large'
        | 'uri_too_long'
        | 'unsupported_media_type'
        | 'unprocessable_entity'
        | 'precondition_required'
        | 'too_many_requests'
        | 'request_header_fields_too_large'
        | 'internal_server_error'
        | 'service_unavailable';
      requestId: string;
      parameter?: string;
    };
    Ballot: {
      id: number;
      state: 'proposed' | 'open' | 'closed' | 'cancelled';
      credential: { id: number; slug: string; name: string };
      body: string;
      note: string;
      options: Array<'approve' | 'reject' | 'abstain'>;
      isSecret: boolean;
      turnout: { voters: number; voted: number; employers: number; employersVoted: number };
      counts: { approve: number; reject: number; abstain: number } | null;
      proposedAt: string;
      openedAt: string | null;
      closesAt: string;
      cancelledAt: string | null;
      links: { self: string; credential: string };
    };
    BallotPage: { items: Array<components['schemas']['Ballot']>; nextCursor: string | null };
    WebhookEndpoint: {
      id: number;
      name: string;
      url: string;
      eventTypes: Array<
        | 'requirement.met'
        | 'requirement.lapsing'
        | 'requirement.lapsed'
        | 'snapshot.frozen'
        | 'decision.made'
        | 'application.due_for_review'
        | 'application.renewed'
        | 'application.lapsed'
      >;
      state: 'active' | 'paused' | 'disabled';
      disabledReason: 'by_staff' | 'gone' | null;
      publicKey: string;
      secretVersion: number;
      oldKeysSignUntil: string | null;
      waiting: number;
      failed: number;
      createdAt: string;
      links: { self: string; deliveries: string };
    };
    WebhookEndpoints: { items: Array<components['schemas']['WebhookEndpoint']> };
    WebhookEndpointWithSecret: {
      id: number;
      name: string;
      url: string;
      eventTypes: Array<
        | 'requirement.met'
        | 'requirement.lapsing'
        | 'requirement.lapsed'
        | 'snapshot.frozen'
        | 'decision.made'
        | 'application.due_for_review'
        | 'application.renewed'
        | 'application.lapsed'
      >;
      state: 'active' | 'paused' | 'disabled';
      disabledReason: 'by_staff' | 'gone' | null;
      publicKey: string;
      secretVersion: number;
      oldKeysSignUntil: string | null;
      waiting: number;
      failed: number;
      createdAt: string;
      links: { self: string; deliveries: string };
      secret: string;
    };
    WebhookDelivery: {
      id: number;
      messageId: string;
      event: { sequence: number; type: string; at: string };
      state: 'waiting' | 'delivered' | 'failed' | 'cancelled';
      isReplay: boolean;
      createdAt: string;
      nextTryAt: string | null;
      tries: Array<{
        at: string;
        durationMs: number;
        status: number | null;
        error: 'address_refused' | 'name_unknown' | 'timeout' | 'tls' | 'connection' | 'worker_lost' | null;
      }>;
      links: { endpoint: string };
    };
    WebhookDeliveryPage: {
      items: Array<components['schemas']['WebhookDelivery']>;
      nextCursor: string | null;
    };
    WebhookMessage: {
      type:
        | 'requirement.met'
        | 'requirement.lapsing'
        | 'requirement.lapsed'
        | 'snapshot.frozen'
        | 'decision.made'
        | 'application.due_for_review'
        | 'application.renewed'
        | 'application.lapsed';
      timestamp: string;
      data: { sequence: number; links: { [key: string]: string }; [key: string]: unknown };
    };
    NewApplication: {
      credential: string | number;
      list: string;
      cycle?: string;
      applicant?: {
        kind: 'employers' | 'schools' | 'colleges' | 'workforce_boards' | 'agencies' | 'issuers';
        name: string;
      };
    };
    NewDecisionProposal: {
      outcome: 'approved' | 'denied' | 'deferred' | 'revoked';
      reason: string;
      publicReason?: string;
      conditions?: string;
      decidedByBody?: string;
    };
    ValidationsQuestion: { list: string; asOf?: string | string; credentials: Array<string | number> };
    NewBallotProposal: {
      body: string;
      closesOn: string;
      voters: { answered?: boolean; committeeId?: number; addresses?: Array<string> };
      note?: string;
    };
    NewWebhookEndpoint: {
      name: string;
      url: string;
      eventTypes: Array<
        | 'requirement.met'
        | 'requirement.lapsing'
        | 'requirement.lapsed'
        | 'snapshot.frozen'
        | 'decision.made'
        | 'application.due_for_review'
        | 'application.renewed'
        | 'application.lapsed'
      >;
    };
  };
}

export interface operations {
  listCredentials: {
    parameters: {
      query?: { cursor?: string; limit?: number };
      header?: { 'If-None-Match'?: string };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['CredentialPage'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listCredentialChanges: {
    parameters: {
      query?: { cursor?: string; limit?: number };
      header?: { 'If-None-Match'?: string };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Changes'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getCredential: {
    parameters: {
      query?: never;
      header?: { 'If-None-Match'?: string };
      path: { credential: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Credential'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getValidation: {
    parameters: {
      query: { list: string; asOf?: string | string };
      header?: { 'If-None-Match'?: string };
      path: { credential: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Validation'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listLists: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Lists'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  askValidations: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['ValidationsQuestion'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Validations'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listChanges: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
        type?:
          | 'application.submitted'
          | 'decision.made'
          | 'application.due_for_review'
          | 'application.renewed'
          | 'application.lapsed'
          | 'snapshot.frozen'
          | 'requirement.met'
          | 'requirement.lapsing'
          | 'requirement.lapsed'
          | 'counts.changed'
          | 'credential.changed';
      };
      header?: { 'If-None-Match'?: string };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Changes'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listApplications: {
    parameters: {
      query?: {
        cursor?: string;
        limit?: number;
        list?: string;
        state?: 'submitted' | 'in_review' | 'decided' | 'due_for_review' | 'renewed' | 'lapsed' | 'revoked';
      };
      header?: { 'If-None-Match'?: string };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ApplicationPage'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  submitApplication: {
    parameters: { query?: never; header: { 'Idempotency-Key': string }; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NewApplication'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Application'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getApplication: {
    parameters: {
      query?: never;
      header?: { 'If-None-Match'?: string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Application'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  proposeDecision: {
    parameters: {
      query?: never;
      header: { 'Idempotency-Key': string };
      path: { id: number };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['NewDecisionProposal'] } };
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DecisionProposal'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listApprovalRecords: {
    parameters: {
      query?: { cursor?: string; limit?: number; list?: string; superseded?: 'true' | 'false' };
      header?: { 'If-None-Match'?: string };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ApprovalRecordPage'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getApprovalRecord: {
    parameters: {
      query?: never;
      header?: { 'If-None-Match'?: string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ApprovalRecord'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getCtdlDrafts: {
    parameters: {
      query?: never;
      header?: { 'If-None-Match'?: string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/ld+json': components['schemas']['LinkedData'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getEvidence: {
    parameters: {
      query?: never;
      header?: { 'If-None-Match'?: string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Evidence'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listBallots: {
    parameters: {
      query?: { cursor?: string; limit?: number; credential?: string };
      header?: { 'If-None-Match'?: string };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BallotPage'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getBallot: {
    parameters: {
      query?: never;
      header?: { 'If-None-Match'?: string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Ballot'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  proposeBallot: {
    parameters: {
      query?: never;
      header: { 'Idempotency-Key': string };
      path: { id: number };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['NewBallotProposal'] } };
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Ballot'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listWebhookEndpoints: {
    parameters: { query?: never; header?: { 'If-None-Match'?: string }; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookEndpoints'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createWebhookEndpoint: {
    parameters: { query?: never; header: { 'Idempotency-Key': string }; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NewWebhookEndpoint'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookEndpointWithSecret'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getWebhookEndpoint: {
    parameters: {
      query?: never;
      header?: { 'If-None-Match'?: string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookEndpoint'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  deleteWebhookEndpoint: {
    parameters: {
      query?: never;
      header: { 'Idempotency-Key': string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  rotateWebhookSecret: {
    parameters: {
      query?: never;
      header: { 'Idempotency-Key': string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookEndpointWithSecret'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  pauseWebhookEndpoint: {
    parameters: {
      query?: never;
      header: { 'Idempotency-Key': string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookEndpoint'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  resumeWebhookEndpoint: {
    parameters: {
      query?: never;
      header: { 'Idempotency-Key': string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookEndpoint'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listWebhookDeliveries: {
    parameters: {
      query?: { cursor?: string; limit?: number; state?: 'waiting' | 'delivered' | 'failed' | 'cancelled' };
      header?: { 'If-None-Match'?: string };
      path: { id: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookDeliveryPage'] };
      };
      304: { headers: { [name: string]: unknown }; content?: never };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  replayWebhookDelivery: {
    parameters: {
      query?: never;
      header: { 'Idempotency-Key': string };
      path: { id: number; delivery: number };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['WebhookDelivery'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      401: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      413: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      415: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      429: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
}
