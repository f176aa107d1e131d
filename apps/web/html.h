/* SPDX-License-Identifier: MIT */
#ifndef WEB_HTML_H
#define WEB_HTML_H

/*
 * Text into HTML: one function for each place where it may stand.  Whatever
 * comes from an athlete, from Strava or from a URL goes through one of them;
 * only literals of this program are added with buf_add_text().
 */

#include "buf.h"

/* Between two tags. */
void html_text(struct buf *out, const char *text);

/* Inside a double-quoted attribute that is no URL. */
void html_attribute(struct buf *out, const char *text);

/*
 * Inside a double-quoted href, src or action.  Only https://, http:// and a
 * path of this site ("/x", not "//x") are let through; anything else becomes
 * "#".
 */
void html_url(struct buf *out, const char *url);

/* Text that somebody else wrote, on its own in its writing direction, so that
 * a right-to-left mark in it does not turn the line around.  NULL is "". */
void html_foreign(struct buf *out, const char *text);

#endif
