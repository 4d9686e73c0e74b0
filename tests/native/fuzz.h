/* What the parts of shim_fuzz share. */
#ifndef NVGRE_FUZZ_H
#define NVGRE_FUZZ_H

#include "shim.h"

#include <stdio.h>
#include <stdlib.h>

#define QUEUES 2

#define CHECK(what)                                                                     \
	do {                                                                            \
		if (!(what)) {                                                          \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
			abort();                                                        \
		}                                                                       \
	} while (0)

uint64_t next(void);
uint32_t below(uint32_t n);
uint32_t odd_number(void); /* at which things go wrong, and others */
uint16_t any_port(void);
void ask_flow(void);
void ask_rss(void);

#endif
