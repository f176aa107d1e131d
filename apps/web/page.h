/* SPDX-License-Identifier: MIT */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

/*
 * What all pages share: head, navigation, footer, and the parts of which their
 * content is made.  Everything is added to visit->out.
 */

#include <stdbool.h>

#include "visit.h"

/* The app's name; Strava's terms keep "Strava" out of it. */
#define PAGE_APP_NAME "Ride Ledger"

/*
 * From the doctype to the one <h1>.  `title` is plain text, an athlete's too;
 * `here` is the path of the navigation's entry that this page belongs to, or
 * NULL.
 */
void page_begin(struct visit *visit, const char *title, const char *here);
void page_end(struct visit *visit);

/* <p>...</p> of plain text. */
void page_paragraph(struct visit *visit, const char *text);

/* One entry of a <dl class="facts">: the label is ours, the value is added in
 * between. */
void page_fact_begin(struct buf *out, const char *label);
void page_fact_end(struct buf *out);

/* A note in a box, such as "You are signed out." */
void page_notice(struct visit *visit, const char *text);

/* A link that looks like a button. */
void page_button_link(struct visit *visit, const char *url, const char *label);

/*
 * A form that is sent with POST and carries the session's token.  Whoever opens
 * one adds fields and a button and closes it with "</form>".
 */
void page_form_begin(struct visit *visit, const char *action);

/* "View on Strava", in the form that Strava's brand rules ask for. */
void page_view_on_strava(struct visit *visit, int64_t activity_id);

#endif
