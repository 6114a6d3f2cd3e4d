#ifndef JOB_H
#define JOB_H

struct job {
    int id;
    int cancelled;
    struct job *after; /* NULL at the end */
};

struct queue {
    struct job *head;
    int length;
};

#endif
