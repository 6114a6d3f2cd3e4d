#ifndef QUEUE_H
#define QUEUE_H

#include "job.h"

int queue_drop_cancelled(struct queue *queue);

#endif
