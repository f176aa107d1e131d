/* SPDX-License-Identifier: MIT */
#ifndef TOKENSTORE_API_H
#define TOKENSTORE_API_H

/* Marks a function as exported.  Everything else in the library is hidden. */
#ifndef TOKENSTORE_API
#define TOKENSTORE_API __attribute__((visibility("default")))
#endif

/* Marks a result that the caller must not ignore. */
#ifndef TOKENSTORE_CHECK
#define TOKENSTORE_CHECK __attribute__((warn_unused_result))
#endif

#define TOKENSTORE_VERSION_MAJOR 0
#define TOKENSTORE_VERSION_MINOR 2
#define TOKENSTORE_VERSION_PATCH 0
#define TOKENSTORE_VERSION "0.2.0"

#endif
