/* SPDX-License-Identifier: MIT */
/*
 * How libtokenstore and the refresh engine treat the tokens of one athlete, for
 * the model checker Spin.  docs/testing.md says what this covers and what it
 * leaves out; tests/model/run runs it.
 *
 * Each atomic block is one committed transaction, one statement of its own, or
 * one request.  A process may die between any two, the answer of any may be lost,
 * and the processes are interleaved in every way.  When all have ended, the
 * faults stop and one more worker runs, which must find or leave all in order.
 *
 * What a configuration sets with -D, each with a default below:
 *
 *	ROTATES   does a refresh bring another refresh token?
 *	LEASE     what no lease ends before: NOTHING, its holder's REQUEST, or its
 *	          holder's CLAIM and the storing of any consent
 *	WORKERS   how many refresh, each up to TRIES times
 *	LOGINS    how many consents come
 *	WITHDRAWS how consent is withdrawn, once
 *
 * Each name tested with #ifdef is a mistake that the protocol avoids; with it
 * one of the promises below breaks.
 */
#define ALWAYS 1
#define NEVER 2
#define SOMETIMES 3

#define NOTHING 0
#define REQUEST 1
#define CLAIM 2

#define NOBODY 0 /* nobody withdraws */
#define REVOKE 1 /* ends the grant at Strava, then tokenstore_revoke() */
#define DELETE 2 /* the same with tokenstore_delete(): fresh_disconnect() */
#define EVENT 3  /* withdrawn at Strava, which tells: webhook.c */

#ifndef ROTATES
#define ROTATES ALWAYS
#endif
#ifndef LEASE
#define LEASE REQUEST
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef TRIES
#define TRIES 1
#endif
#ifndef LOGINS
#define LOGINS 1
#endif
#ifndef WITHDRAWS
#define WITHDRAWS NOBODY
#endif

/* The promises.  A name is what the checker prints when one breaks. */
bool newest_kept = true;       /* no live process throws away the newest token */
bool flag_true = true;         /* an account that needs consent has no live one */
bool stored_or_doubted = true; /* at rest: stored, or in doubt, or flagged */
bool none_revived = true;      /* no refresh brings back what was withdrawn */
bool one_request = true;       /* one refresh in the air, if leases suffice */
bool spent_once = true;        /* one request for one token of one claim */
bool settles = true;           /* faults over, one run: all is in order */

inline promise(name, holds)
{
	name = (holds);
	assert(name)
}

/* Strava.  Tokens are numbers; one is alive at a time, 0 is none. */
byte live = 1;
byte issued = 1;
short ended;   /* tokens of grants that came to an end */
bool by_login; /* the last one went to a login, which leaves no trace if lost */

/* The account, and the tokens in tokenstore.spill as a set of bits. */
#define ABSENT 0
#define ACTIVE 1
#define NEEDS_CONSENT 2
#define REVOKED 3
byte  state = ACTIVE;
byte  top = 1; /* the main token */
short spill;
byte  epoch = 1; /* grant_epoch */
byte  lease;     /* lease_id: whose; stays when the time is over */
bool  leased;    /* lease_until lies ahead */
bool  doubt;     /* in_doubt_since is set */
byte  seq = 1;   /* token_seq */

#define bit(token) (1 << (token))
#define held(token) ((token) != 0 && \
    (top == (token) || (spill & bit(token)) != 0))

/* What the properties look at, and no process does. */
byte  epochs = 1;  /* epochs so far */
byte  row = 1;     /* grows when the account is made anew */
byte  flight[4];   /* of each worker: the row whose token is in the air, or 0 */
short withdrawn;   /* tokens from before a withdrawal, not put since */
short old;         /* the same, and what came of them, put since or not */
byte  hands;       /* claims and consents that a process has in hand */
bool  had;         /* inside a transaction: the live token was held before */

byte running;
bool calm;        /* no more faults */
byte giving_up;   /* who is about to end the grant of a late reply */

/* The lease may have run out by now. */
inline pass_time()
{
	if
	:: leased && (LEASE == NOTHING || flight[lease] == 0) &&
	    (LEASE != CLAIM || hands == 0) ->
		printf("the lease of %d is over\n", lease);
		leased = false
	:: skip
	fi
}

inline begin()
{
	had = held(live)
}

inline commit()
{
	printf("\tthe store: state %d, main %d, spill %d, lease %d %d, doubt %d\n",
	    state, top, spill, lease, leased, doubt);
	promise(newest_kept, !had || held(live));
	promise(flag_true, state != NEEDS_CONSENT || !held(live));
	had = false
}

inline end_lease(who)
{
	if
	:: lease == who -> lease = 0; leased = false
	:: else
	fi
}

inline take_off(who)
{
	if
	:: LEASE != NOTHING ->
		promise(one_request, flight[1] != row && flight[2] != row &&
		    flight[3] != row);
		flight[who] = row
	:: else
	fi
}

inline end_grant()
{
	live = 0;
	ended = bit(issued + 1) - 1
}

inline hold()
{
	hands = hands + (LEASE == CLAIM -> 1 : 0)
}

inline let_go(token)
{
	hands = hands - (LEASE == CLAIM && token != 0 -> 1 : 0)
}

inline issue(token, login)
{
	issued++;
	live = issued;
	token = issued;
	by_login = login
}

#define LOST 0    /* no answer: the token may have been spent */
#define GOOD 1    /* the answer has a refresh token */
#define REFUSED 2 /* this refresh token is dead */
#define UNSPENT 3 /* a rate limit, or the application is refused */

/* tokenstore_claim_one(), which asks for less than tokenstore_claim_due(). */
inline claim(me)
{
	pass_time();
	if
#ifdef NO_LEASE
	:: state == ACTIVE ->
#else
	:: state == ACTIVE && !leased ->
#endif
		token = top;
		mine = epoch;
		doubted = doubt;
		doubt = true;
		lease = me;
		leased = true;
		if
		:: printf("%d claims %d\n", me, token); hold(); take_off(me)
		:: !calm ->
			printf("%d claims %d, never hears of it\n", me, token);
			token = 0
		fi
	:: else -> token = 0
	fi
}

/* What Strava makes of the request: a token, or none, or it never arrives. */
inline refresh()
{
	promise(spent_once, !sent);
	sent = true;
	if
	:: !calm -> answer = LOST
	:: !calm -> answer = UNSPENT
	:: live != token -> answer = REFUSED
	:: live == token && ROTATES != ALWAYS -> answer = GOOD; reply = live
	:: live == token && ROTATES != NEVER -> answer = GOOD; issue(reply, false)
	:: live == token && ROTATES != NEVER && !calm ->
		answer = LOST; issue(reply, false); reply = 0
	fi;
	if
	:: answer == GOOD && (old & bit(token)) != 0 -> old = old | bit(reply)
	:: else
	fi;
	if
	:: answer == GOOD && (withdrawn & bit(token)) != 0 ->
		withdrawn = withdrawn | bit(reply)
	:: else
	fi;
	printf("%d spends %d: answer %d, token %d; alive is %d\n", me, token,
	    answer, reply, live)
}

/* Counts where somebody looks at it, and there a commit is repeated once only. */
inline store_anew()
{
	seq = seq + (WITHDRAWS != NOBODY -> 1 : 0)
}
#define MAY_REPEAT (WITHDRAWS == NOBODY || !repeated)

/* update_main of outcome.c, when one of `parent` is the main token. */
inline replace_main()
{
	promise(none_revived, (withdrawn & bit(reply)) == 0);
	top = reply;
	state = ACTIVE;
	store_anew();
#ifdef CLEARS_DOUBT
	doubt = false;
#else
	doubt = doubt && lease != me;
#endif
	end_lease(me)
}

/* update_beside */
inline add_beside()
{
	promise(none_revived, (withdrawn & bit(reply)) == 0);
	spill = spill | bit(reply);
	store_anew();
	doubt = doubt && lease != me;
	end_lease(me)
}

#ifdef NO_EPOCH
#define SAME_GRANT (state != ABSENT)
#else
#define SAME_GRANT (state != ABSENT && state != REVOKED && epoch == mine)
#endif

/* save_work() of outcome.c.  `stored` is false when consent was withdrawn. */
inline save_slowly()
{
	stored = SAME_GRANT;
#ifdef FENCED
	stored = stored && lease == me;
#endif
#ifdef LATE_IS_LOST
	stored = stored && state == ACTIVE;
#endif
	if
	:: !stored
	:: stored && reply == top && lease != me
	:: stored && !(reply == top && lease != me) ->
		spill = spill & ~bit(token);
#ifdef SPILL_CLEARED
		spill = 0;
#endif
		if
#ifndef OVERWRITES
		:: top != 0 && top != reply && top != token -> add_beside()
#endif
		:: else -> replace_main()
		fi
	fi
}

/* refuse_work() of outcome.c.  Which of several spilled tokens is the newest
 * does not matter: any may come next. */
inline refuse()
{
	next = 0;
	if
	:: SAME_GRANT && state == ACTIVE ->
		spill = spill & ~bit(token);
		if
#ifdef REFUSES_BLINDLY
		:: true ->
			state = NEEDS_CONSENT; top = 0; doubt = false;
			end_lease(me)
#else
#ifdef FLAGS_EARLY
		:: top == token ->
#else
		:: top == token && spill == 0 ->
#endif
			state = NEEDS_CONSENT; top = 0; doubt = false;
			end_lease(me)
#ifndef FLAGS_EARLY
		:: top == token && spill != 0 ->
			next = 1;
			do
			:: (spill & bit(next)) != 0 -> break
			:: spill >= bit(next + 1) -> next++
			od;
			top = next;
			store_anew();
			spill = spill & ~bit(next)
#endif
		:: top != token -> next = top
#endif
		fi
	:: else
	fi;
	pass_time();
	if
	:: next != 0 && (!leased || lease == me) ->
#ifndef KEEPS_OLD_DOUBT
		doubted = (lease == me -> doubted : doubt);
#endif
		lease = me; leased = true; doubt = true
	:: else -> next = 0
	fi
}

/* tokenstore_defer() and tokenstore_release() */
inline give_back(in_doubt)
{
	if
	:: lease == me ->
		lease = 0; leased = false;
		doubt = (in_doubt -> doubt : doubted)
	:: else
	fi;
	printf("%d gives back, in doubt %d\n", me, in_doubt)
}

#define DIE :: !calm -> printf("%d dies\n", me); goto dead

/* refresh_claim() of refresh.c. */
proctype worker(byte me)
{
	byte token, reply, next, mine, tries, answer;
	bool doubted, stored, sent, repeated;

again:
	if
	:: tries < TRIES -> tries++
	:: else -> goto dead
	fi;
	atomic { claim(me) }
	if
	:: token == 0 -> goto over
	:: else
	fi;
spend:
	atomic {
		if
		:: refresh()
		DIE
		fi
	}
landed:
	atomic {
		if
		:: flight[me] = 0
		DIE
		fi;
		if
		:: answer == GOOD -> goto save
		:: answer == REFUSED -> goto dead_token
		:: answer == UNSPENT -> goto not_spent
#ifdef REPEATS_REQUEST
		:: answer == LOST && live != 0 -> goto spend
#endif
		:: answer == LOST -> goto no_answer
		fi
	}

save:	/* the usual way; done again while nobody says that it is done */
	atomic {
		if
		:: skip
		DIE
#ifdef SAVES_ONCE
		:: !calm ->
			promise(newest_kept, live != reply || held(live));
			goto over
#endif
		fi;
		if
#ifdef OVERWRITES
		:: SAME_GRANT ->
#else
#ifdef FENCED
		:: top == token && SAME_GRANT && lease == me ->
#else
		:: top == token && SAME_GRANT ->
#endif
#endif
			begin(); replace_main(); commit();
			printf("%d saved %d for %d\n", me, reply, token);
			if
			:: goto over
			:: !calm && MAY_REPEAT -> repeated = true; goto save
			fi
		:: else
		fi
	}
	atomic {
		if
		:: skip
		DIE
		fi;
		begin(); save_slowly(); commit();
		printf("%d saved %d for %d, slowly: %d\n", me, reply, token, stored);
		if
		:: stored -> goto over
		:: !stored -> goto withdrawn_meanwhile
		:: !calm && MAY_REPEAT -> repeated = true; goto save
		fi
	}

withdrawn_meanwhile:
	atomic {
		if
		:: state == ACTIVE ->
			promise(newest_kept, live != reply || held(live) ||
			    (old & bit(reply)) != 0);
			goto over
		:: else -> giving_up++
		fi
	}
	atomic {
		if
		:: live == reply ->
			promise(newest_kept, !held(live) ||
			    (old & bit(reply)) != 0);
			end_grant()
		:: live != reply
		:: !calm
		fi;
		giving_up--;
		goto over
	}

dead_token:
	atomic {
		if
		:: skip
		DIE
		:: !calm -> goto over /* the store takes no report */
		fi;
		begin(); refuse(); commit();
		printf("%d has %d refused, goes on with %d\n", me, token, next);
		if
		:: next != 0 ->
			token = next; next = 0; answer = 0; sent = false;
			take_off(me);
			goto spend
		:: next == 0 -> goto over
		:: !calm -> next = 0; goto dead_token
		fi
	}

not_spent:
	atomic {
		if
		:: begin(); give_back(false); commit(); goto over
		DIE
		fi
	}

no_answer:
	atomic {
		if
#ifdef SILENCE_IS_REFUSAL
		:: goto dead_token
#else
#ifdef FORGETS_DOUBT
		:: begin(); give_back(false); commit(); goto over
#else
		:: begin(); give_back(true); commit(); goto over
#endif
#endif
		DIE
		fi
	}

over:
	atomic {
		let_go(token);
		token = 0; reply = 0; next = 0; mine = 0; answer = 0;
		doubted = false; stored = false; sent = false; repeated = false;
		goto again
	}
dead:
	atomic {
		flight[me] = 0;
		let_go(token);
		token = 0; reply = 0; next = 0; mine = 0; answer = 0;
		doubted = false; stored = false; sent = false; repeated = false;
		tries = 0;
		running--
	}
}

/* tokenstore_put() */
inline put(token)
{
	withdrawn = withdrawn & ~bit(token);
	by_login = by_login || token != live;
	if
	:: state == ABSENT ->
		epochs++; epoch = epochs; row++
	:: else ->
#ifndef PUT_REPLACES
		if
		:: top != 0 && top != token -> spill = spill | bit(top)
		:: else
		fi;
#endif
		spill = spill & ~bit(token);
		pass_time();
		if
		:: !leased -> doubt = false
		:: else
		fi
	fi;
	top = token;
	store_anew();
#ifdef SEQUENCE_RESTARTS
	seq = (state == ABSENT -> 1 : seq);
#endif
	state = ACTIVE
}

/* A consent may bring the token that is there, but not after a withdrawal. */
#define LEAVES_TOKEN (live != 0 && ROTATES != ALWAYS && \
    (old & bit(live)) == 0)

/* fresh_connect() of fresh.c. */
proctype login()
{
	byte token;
	bool repeated;

	atomic {
		if
		:: goto gone
		:: giving_up == 0 ->
			if
			:: LEAVES_TOKEN -> token = live
			:: ROTATES != NEVER || !LEAVES_TOKEN -> issue(token, true)
			fi;
			hold();
			printf("a login gets %d\n", token)
		fi
	}
store:
	atomic {
		if
		:: goto gone
		:: giving_up == 0 ->
			begin(); put(token); commit();
			printf("a login put %d\n", token);
			if
			:: goto gone
			:: MAY_REPEAT -> repeated = true; goto store
			fi
		fi
	}
gone:
	atomic { let_go(token); token = 0; repeated = false; running-- }
}

#ifdef FORGETS_BLINDLY
#define AS_SEEN true
#else
#define AS_SEEN (seq == seen || state == REVOKED)
#endif

/* tokenstore_revoke() or tokenstore_delete() of what was seen */
inline forget()
{
	newer = state != ABSENT && !(AS_SEEN);
	if
	:: newer || state == ABSENT || (WITHDRAWS == REVOKE && state == REVOKED)
	:: else ->
		withdrawn = bit(issued + 1) - 1;
		old = old | withdrawn;
		top = 0; spill = 0; doubt = false;
		if
		:: WITHDRAWS == REVOKE ->
			state = REVOKED; epochs++; epoch = epochs;
			store_anew();
#ifdef CLEARS_LEASE
			lease = 0; leased = false
#endif
		:: else ->
			state = ABSENT; epoch = 0; lease = 0; leased = false
		fi
	fi
}

/* fresh_disconnect() of fresh.c; for the event that Strava sends fresh_forget(),
 * which is the second half of it. */
proctype withdrawal()
{
	byte seen, token;
	bool newer;

	atomic {
		if
		:: WITHDRAWS == EVENT -> end_grant(); goto probe
		:: state == ACTIVE -> seen = seq; token = top
		:: state == NEEDS_CONSENT -> seen = seq; goto repeat
		:: goto gone
		fi
	}
	atomic {
		if
		:: (ended & bit(token)) == 0 -> end_grant()
		:: (ended & bit(token)) != 0 /* Strava says yes to any token */
		:: goto gone                 /* Strava does not answer */
		fi;
		token = 0
	}
repeat:
	atomic {
		if
		:: goto gone
		:: begin(); forget(); commit();
			printf("seen %d, is %d: newer %d\n", seen, seq, newer);
			if
			:: newer -> newer = false; goto probe
			:: !newer -> goto gone
			:: !newer -> goto repeat
			fi
		fi
	}
probe:	/* what a refresh would find */
	atomic {
		if
		:: state == NEEDS_CONSENT || (state == ACTIVE && !held(live)) ->
			seen = seq
		:: goto gone
		fi
#ifdef LOOKS_ANEW
	}
	atomic {
		seen = seq;
#endif
		goto repeat
	}
gone:
	atomic { seen = 0; token = 0; running-- }
}

init {
	byte i;

	atomic {
		running = WORKERS + LOGINS + (WITHDRAWS != NOBODY -> 1 : 0);
		i = 1;
		do
		:: i <= WORKERS -> run worker(i); i++
		:: else -> break
		od;
		i = 0;
		do
		:: i < LOGINS -> run login(); i++
		:: else -> break
		od;
		i = 0;
		if
		:: WITHDRAWS != NOBODY -> run withdrawal()
		:: else
		fi
	}
	atomic {
		running == 0;
		promise(stored_or_doubted, LEASE != CLAIM || by_login ||
		    live == 0 || held(live) || doubt || state != ACTIVE);
		calm = true;
		leased = false;
		running = 1;
		run worker(3)
	}
	atomic {
		running == 0;
		promise(settles, !leased && (state != ACTIVE ||
		    (live != 0 && top == live && !doubt)))
	}
}
