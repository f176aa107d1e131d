/* SPDX-License-Identifier: MIT */
#ifndef GCPSECRET_API_H
#define GCPSECRET_API_H

/* Marks a function as exported.  Everything else in the library is hidden. */
#ifndef GCPSECRET_API
#define GCPSECRET_API __attribute__((visibility("default")))
#endif

/* Marks a result that the caller must not ignore. */
#ifndef GCPSECRET_CHECK
#define GCPSECRET_CHECK __attribute__((warn_unused_result))
#endif

#define GCPSECRET_VERSION_MAJOR 0
#define GCPSECRET_VERSION_MINOR 2
#define GCPSECRET_VERSION_PATCH 0
#define GCPSECRET_VERSION "0.2.0"

#endif
