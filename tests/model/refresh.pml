/* SPDX-License-Identifier: MIT */
/*
 * How libtokenstore and the refresh engine treat the tokens of one athlete, for
 * the model checker Spin.  docs/testing.md says what this covers and what it
 * leaves out; tests/model/run runs it.
 *
 * Each atomic block is one committed transaction, one statement of its own, or
 * one request.  A process may die between any two, the answer of any may be lost,
 * the processes are interleaved in every way, and any of them may never come.
 * Whenever none is at work, the faults may stop and one more worker runs, which
 * must find or leave all in order.
 *
 * States that differ in nothing that matters are made equal, or there would be
 * thirty times as many: what nobody reads any more is set to zero, of counters
 * only the comparison is kept, and workers and logins are numbered as they come.
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

/* Strava.  Tokens are numbers, of which one is alive; 0 is none.  A new token
 * gets the smallest number that is nowhere else, so that what is the same looks
 * the same. */
byte live = 1;
byte unused;   /* inside issue() */
bool excused;  /* the live one went to a login, which leaves no trace if lost */

/* The account, and the tokens in tokenstore.spill as a set of bits. */
#define ABSENT 0
#define ACTIVE 1
#define NEEDS_CONSENT 2
#define REVOKED 3
byte state = ACTIVE;
byte top = 1; /* the main token */
byte spill;
byte lease;   /* lease_id: whose; 0 when he is gone */
bool leased;  /* lease_until lies ahead */
bool doubt;   /* in_doubt_since is set */
bool as_seen; /* token_seq is what the withdrawal saw */

/* What a worker has in hand. */
typedef hand {
	byte token;   /* to be spent; 0: no claim */
	byte reply;   /* what came back */
	bool doubted; /* there was a doubt before the claim */
	bool stale;   /* grant_epoch is another one by now */
	bool flies    /* its request is to come, or in the air */
}
#define LAST 3 /* who runs when the faults are over */
hand has[LAST + 1];
byte brought[3]; /* of each login: its token, until that is stored */

#define bit(token) (1 << (token))
#define held(token) ((token) != 0 && \
    (top == (token) || (spill & bit(token)) != 0))
#define IN_USE (bit(live) | bit(top) | spill | \
    bit(has[1].token) | bit(has[1].reply) | bit(has[2].token) | \
    bit(has[2].reply) | bit(has[LAST].token) | bit(has[LAST].reply) | \
    bit(brought[1]) | bit(brought[2]))
#define IN_HAND (has[1].token != 0 || has[2].token != 0 || \
    brought[1] != 0 || brought[2] != 0)

/* What the properties look at, and no process does. */
byte withdrawn; /* tokens from before a withdrawal, not put since */
byte old;       /* the same, and what came of them, put since or not */
bool had;       /* inside a transaction: the live token was held before */

byte running;
byte came;      /* workers so far */
byte consents;  /* logins so far */
bool calm;      /* no more faults */
byte giving_up; /* who is about to end the grant of a late reply */

/* The lease may have run out by now. */
inline pass_time()
{
	if
	:: leased && (LEASE == NOTHING || !has[lease].flies) &&
	    (LEASE != CLAIM || !IN_HAND) ->
		printf("the lease of %d is over\n", lease);
		leased = false
	:: skip
	fi
}

/* Forgets what is known of tokens that nobody has any more. */
inline tidy()
{
	withdrawn = withdrawn & IN_USE;
	old = old & IN_USE
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
		promise(one_request, !has[1].flies && !has[2].flies &&
		    !has[LAST].flies);
		has[who].flies = true
	:: else
	fi
}

/* A claim is over, one way or the other. */
inline let_go(me)
{
	has[me].token = 0;
	has[me].reply = 0;
	has[me].doubted = false;
	has[me].stale = false;
	has[me].flies = false;
	lease = (lease == me -> 0 : lease);
	tidy()
}

/* The account's grant_epoch is one that no claim has seen. */
inline begin_epoch()
{
	has[1].stale = has[1].token != 0;
	has[2].stale = has[2].token != 0
}

inline issue(to, login)
{
	unused = 1;
	do
	:: (IN_USE & bit(unused)) != 0 -> unused++
	:: else -> break
	od;
	assert(unused < 8);
	live = unused;
	to = unused;
	old = old & ~bit(unused);
	withdrawn = withdrawn & ~bit(unused);
	unused = 0;
	excused = LEASE == CLAIM && login
}

#define LOST 0    /* no answer: the token may have been spent */
#define GOOD 1    /* the answer has a refresh token */
#define REFUSED 2 /* this refresh token is dead */
#define UNSPENT 3 /* a rate limit, or the application is refused, or not sent */

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
		has[me].doubted = doubt;
		doubt = true;
		leased = true;
		if
		:: has[me].token = top; lease = me;
#ifndef SPENDS_OLD_CLAIMS
			take_off(me);
#endif
			printf("%d claims %d\n", me, top)
		:: !calm -> lease = 0;
			printf("%d claims %d, never hears of it\n", me, top)
		fi
	:: else
	fi
}

/* What Strava makes of the request: a token, or none, or it never arrives. */
inline refresh(me)
{
	if
	:: !calm -> answer = LOST
	:: !calm -> answer = UNSPENT
	:: live != has[me].token -> answer = REFUSED
	:: live == has[me].token && ROTATES != ALWAYS ->
		answer = GOOD; has[me].reply = live
	:: live == has[me].token && ROTATES != NEVER ->
		answer = GOOD; issue(has[me].reply, false)
	:: live == has[me].token && ROTATES != NEVER && !calm ->
		answer = LOST; issue(has[me].reply, false); has[me].reply = 0
	fi;
	if
	:: answer == GOOD && (old & bit(has[me].token)) != 0 ->
		old = old | bit(has[me].reply)
	:: else
	fi;
	if
	:: answer == GOOD && (withdrawn & bit(has[me].token)) != 0 ->
		withdrawn = withdrawn | bit(has[me].reply)
	:: else
	fi;
	printf("%d spends %d: answer %d, token %d; alive is %d\n", me,
	    has[me].token, answer, has[me].reply, live)
}

/* update_rows of save.c, and replace_main() of save_work() */
inline replace_main(me)
{
	promise(none_revived, (withdrawn & bit(has[me].reply)) == 0);
	top = has[me].reply;
	as_seen = false;
#if defined(CLEARS_DOUBT)
	doubt = false;
#elif defined(REVIVES_BLINDLY)
	doubt = doubt && lease != me;
#else
	doubt = lease != me && (doubt || state == NEEDS_CONSENT);
#endif
	state = ACTIVE;
	end_lease(me)
}

/* update_beside */
inline add_beside(me)
{
	promise(none_revived, (withdrawn & bit(has[me].reply)) == 0);
	spill = spill | bit(has[me].reply);
	as_seen = false;
	doubt = doubt && lease != me;
	end_lease(me)
}

#ifdef NO_EPOCH
#define SAME_GRANT(me) (state != ABSENT)
#else
#define SAME_GRANT(me) (state != ABSENT && state != REVOKED && !has[me].stale)
#endif

/* What update_rows asks for. */
#ifdef OVERWRITES
#define TAKES_PLACE(me) SAME_GRANT(me)
#else
#ifdef FENCED
#define TAKES_PLACE(me) (top == has[me].token && SAME_GRANT(me) && lease == me)
#else
#define TAKES_PLACE(me) (top == has[me].token && SAME_GRANT(me))
#endif
#endif

/* save_work().  `stored` is false when consent was withdrawn. */
inline save_slowly(me)
{
	stored = SAME_GRANT(me);
#ifdef FENCED
	stored = stored && lease == me;
#endif
#ifdef LATE_IS_LOST
	stored = stored && state == ACTIVE;
#endif
	if
	:: !stored
	:: stored && held(has[me].reply) && lease != me /* an earlier try */
	:: stored && !(held(has[me].reply) && lease != me) ->
		spill = spill & ~bit(has[me].token);
#ifdef SPILL_CLEARED
		spill = 0;
#endif
		if
#ifndef OVERWRITES
		:: top != 0 && top != has[me].reply && top != has[me].token ->
			add_beside(me)
#endif
		:: else -> replace_main(me)
		fi
	fi
}

inline need_consent(me)
{
	state = NEEDS_CONSENT;
	top = 0;
	doubt = false;
	end_lease(me)
}

/* refuse_work() of refuse.c: `next` is the token to go on with.  Which of several
 * spilled tokens is the newest does not matter: any may come next. */
inline refuse(me)
{
	if
	:: SAME_GRANT(me) && state == ACTIVE ->
		spill = spill & ~bit(has[me].token);
		if
#ifdef REFUSES_BLINDLY
		:: true -> need_consent(me)
#else
#ifdef FLAGS_EARLY
		:: top == has[me].token -> need_consent(me)
#else
		:: top == has[me].token && spill == 0 -> need_consent(me)
		:: top == has[me].token && spill != 0 ->
			next = 1;
			do
			:: (spill & bit(next)) != 0 -> break
			:: spill >= bit(next + 1) -> next++
			od;
			top = next;
			as_seen = false;
			spill = spill & ~bit(next)
#endif
		:: top != has[me].token -> next = top
#endif
		fi
	:: else
	fi;
	pass_time();
	if
	:: next != 0 && (!leased || lease == me) ->
#ifndef KEEPS_OLD_DOUBT
		has[me].doubted = (lease == me -> has[me].doubted : doubt);
#endif
		lease = me; leased = true; doubt = true
	:: else -> next = 0
	fi
}

/* tokenstore_defer() and tokenstore_release() */
inline give_back(me, in_doubt)
{
	if
	:: lease == me ->
		lease = 0; leased = false;
#ifdef FORGETS_OLD_DOUBT
		doubt = in_doubt
#else
		doubt = (in_doubt -> doubt : has[me].doubted)
#endif
	:: else
	fi;
	printf("%d gives back, in doubt %d\n", me, in_doubt)
}

#define DIE :: !calm -> printf("%d dies\n", me); goto dead

/* One claim of the engine, or TRIES of them. */
proctype worker(byte me)
{
	byte next, answer, tries;
	bool stored, sent;

end:	/* it comes when it likes, or never; the first to come is number 1 */
	atomic {
		came == me - 1;
		came++;
		running++
	}
again:
	atomic {
		tries++;
		claim(me);
		if
		:: has[me].token == 0 -> goto over
		:: else
		fi
	}
spend:	/* Claimed ahead, it waits for its turn.  Who dies now leaves a doubt although
	 * nothing was sent. */
	atomic {
		if
		:: true ->
			promise(spent_once, !sent);
			sent = true;
#ifdef SPENDS_OLD_CLAIMS
			has[me].flies = false;
			take_off(me);
#endif
			refresh(me)
		DIE
		fi
#if LEASE == REQUEST
	}
	atomic {
#endif
		has[me].flies = false;
		if
		:: answer == GOOD -> answer = 0; goto save
		:: answer == REFUSED -> answer = 0; goto dead_token
		:: answer == REFUSED && !calm -> goto back /* too many were */
		:: answer == UNSPENT -> goto back
#ifdef REPEATS_REQUEST
		:: answer == LOST && live != 0 -> goto spend
#endif
#ifdef SILENCE_IS_REFUSAL
		:: answer == LOST -> goto dead_token
#endif
		:: answer == LOST -> goto back
		fi
	}

save:	/* done again while nobody says that it is done */
	atomic {
		if
		DIE
#ifdef SAVES_ONCE
		:: !calm ->
			promise(newest_kept, live != has[me].reply ||
			    held(live));
			goto over
#endif
		:: true -> begin()
		fi;
		stored = false;
		if
		:: TAKES_PLACE(me) -> replace_main(me); stored = true
		:: save_slowly(me) /* another row was at fault, or this is locked */
		fi;
		commit();
		printf("%d saved %d for %d: %d\n", me, has[me].reply,
		    has[me].token, stored);
		if
		:: stored -> stored = false; goto over
		:: !stored
		:: !calm -> stored = false; goto save
		fi
	}

	/* Consent was withdrawn meanwhile. */
	atomic {
		if
		:: state == ACTIVE ->
			promise(newest_kept, live != has[me].reply ||
			    held(live) || (old & bit(has[me].reply)) != 0);
			goto over
		:: else -> giving_up++
		fi
	}
	atomic {
		if
		:: live == has[me].reply ->
			promise(newest_kept, !held(live) ||
			    (old & bit(has[me].reply)) != 0);
			live = 0
		:: live != has[me].reply
		:: !calm
		fi;
		giving_up--;
		goto over
	}

dead_token:
	atomic {
		if
		DIE
		:: !calm -> goto over /* the store takes no report */
		:: begin(); refuse(me); commit()
		fi;
		printf("%d has %d refused, goes on with %d\n", me, has[me].token,
		    next);
		if
		:: next != 0 ->
			has[me].token = next; next = 0; sent = false;
			take_off(me);
			goto spend
		:: next == 0 -> goto over
		:: !calm -> next = 0; goto dead_token
		fi
	}

back:
	atomic {
		if
#ifdef FORGETS_DOUBT
		:: begin(); give_back(me, false); commit()
#else
		:: begin(); give_back(me, answer == LOST); commit()
#endif
		DIE
		fi;
over:
		answer = 0;
		sent = false;
		if
		:: tries < TRIES && !calm -> let_go(me); goto again
		:: else
		fi;
dead:
		let_go(me);
		answer = 0; tries = 0; sent = false;
		running--
	}
}

/* tokenstore_put() */
inline put(new)
{
	withdrawn = withdrawn & ~bit(new);
	excused = excused || (LEASE == CLAIM && new != live);
	as_seen = false;
	if
	:: state == ABSENT ->
#ifdef SEQUENCE_RESTARTS
		if
		:: as_seen = true
		:: skip
		fi
#else
		skip
#endif
	:: else ->
#ifndef PUT_REPLACES
		if
		:: top != 0 && top != new -> spill = spill | bit(top)
		:: else
		fi;
#endif
		spill = spill & ~bit(new);
		pass_time();
		if
		:: !leased -> doubt = false
		:: else
		fi
	fi;
	top = new;
	state = ACTIVE
}

/* A consent may bring the token that is there, but not after a withdrawal. */
#define LEAVES_TOKEN (live != 0 && ROTATES != ALWAYS && \
    (old & bit(live)) == 0)

/* fresh_connect() of fresh.c. */
proctype login(byte me)
{
end:	/* as a worker comes */
	atomic {
		!calm && consents == me - 1 && giving_up == 0;
		consents++;
		running++;
		if
		:: LEAVES_TOKEN -> brought[me] = live
		:: ROTATES != NEVER || !LEAVES_TOKEN -> issue(brought[me], true)
		fi;
		printf("a login gets %d\n", brought[me])
	}
store:
	atomic {
		if
		:: goto gone
		:: giving_up == 0 ->
			begin(); put(brought[me]); commit();
			printf("a login put %d\n", brought[me]);
			if
			:: goto gone
			:: goto store
			fi
		fi;
gone:
		brought[me] = 0; tidy(); running--
	}
}

#ifdef FORGETS_BLINDLY
#define AS_SEEN true
#else
#define AS_SEEN (as_seen || state == REVOKED)
#endif

/* tokenstore_revoke() or tokenstore_delete() of what was seen */
inline forget()
{
	newer = state != ABSENT && !(AS_SEEN);
	if
	:: newer || state == ABSENT || (WITHDRAWS == REVOKE && state == REVOKED)
	:: else ->
		top = 0; spill = 0; doubt = false;
		withdrawn = IN_USE & ~1;
		old = withdrawn;
		begin_epoch();
		as_seen = false;
		if
		:: WITHDRAWS == REVOKE ->
			state = REVOKED;
#ifdef CLEARS_LEASE
			lease = 0; leased = false
#endif
		:: else ->
			state = ABSENT; lease = 0; leased = false;
			has[1].flies = false; has[2].flies = false
		fi
	fi
}

/* fresh_disconnect() of fresh.c; for the event that Strava sends fresh_forget(),
 * which is the second half of it. */
proctype withdrawal()
{
	bool newer;

end:
	atomic {
		!calm;
		running++;
		if
		:: WITHDRAWS == EVENT -> live = 0; goto probe
		:: WITHDRAWS != EVENT && state == ACTIVE -> as_seen = true
		:: WITHDRAWS != EVENT && state == NEEDS_CONSENT ->
			as_seen = true; goto repeat
		:: else -> goto gone
		fi
	}
	atomic {
		if
		:: live = 0  /* whichever token it was, the grant ends */
		:: goto gone /* Strava does not answer */
		fi
	}
repeat:
	atomic {
		if
		:: goto gone
		:: begin(); forget(); commit();
			printf("the withdrawal finds newer tokens: %d\n", newer);
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
			as_seen = true
		:: goto gone
		fi;
#ifdef LOOKS_ANEW
	}
	atomic {
		as_seen = true;
#endif
		goto repeat;
gone:
		as_seen = false; tidy(); running--
	}
}

init {
	byte i;

	atomic {
		i = 1;
		do
		:: i <= WORKERS -> run worker(i); i++
		:: else -> break
		od;
		i = 1;
		do
		:: i <= LOGINS -> run login(i); i++
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
		promise(stored_or_doubted, LEASE != CLAIM || excused ||
		    live == 0 || held(live) || doubt || state != ACTIVE);
		calm = true;
		leased = false;
		excused = false;
		came = LAST - 1;
		run worker(LAST)
	}
	atomic {
		came == LAST && running == 0;
		promise(settles, !leased && (state != ACTIVE ||
		    (live != 0 && top == live && !doubt)))
	}
}
