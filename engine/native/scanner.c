/* The native reader: what engine/native/scanner.pyi says, in Python's stable interface. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "listing.h"
#include "packing.h"
#include "piece.h"

#define FORM 2 /* that of engine/native/__init__.py */

#define PROMPT (-1) /* a context as long as the prompt */

#ifndef CCMON_SOURCES
#define CCMON_SOURCES ""
#endif

typedef struct {
    PyObject_HEAD
    Chunk chunk;
    int is_busy; /* so that no other thread, and nothing asked within, may change it */
} ChunkObject;

static PyObject *text_of(Text text) {
    return PyUnicode_DecodeUTF8((const char *)text.at, (Py_ssize_t)text.size, NULL);
}

/* Puts an item, which is taken over, into a list that is taken away where it cannot be. */
static void put_item(PyObject **list, size_t place, PyObject *item) {
    if (item == NULL || PyList_SetItem(*list, (Py_ssize_t)place, item) < 0)
        Py_CLEAR(*list);
}

static int is_free(const ChunkObject *self) {
    if (self->is_busy)
        PyErr_SetString(PyExc_RuntimeError, "the chunk is in use");
    return !self->is_busy;
}

static PyObject *odd_of(const Piece *piece) {
    PyObject *list = PyList_New((Py_ssize_t)piece->odd_size);
    for (size_t i = 0; list != NULL && i < piece->odd_size; i++)
        put_item(&list, i,
                 Py_BuildValue("nn", (Py_ssize_t)piece->odd[i].at, (Py_ssize_t)piece->odd[i].size));
    return list;
}

static PyObject *places_of(const Chunk *chunk, const Piece *piece) {
    PyObject *list = PyList_New((Py_ssize_t)piece->places.size);
    for (size_t i = 0; list != NULL && i < piece->places.size; i++) {
        Text place = name(&piece->places, i);
        uint32_t session = 0;
        for (int j = PLACE_HEAD - 2; j >= 0; j--)
            session = session << 8 | place.at[j];
        put_item(&list, i,
                 Py_BuildValue("NOy#L", text_of(name(&chunk->sessions, session)),
                               place.at[PLACE_HEAD - 1] ? Py_True : Py_False,
                               (const char *)place.at + PLACE_HEAD,
                               (Py_ssize_t)(place.size - PLACE_HEAD),
                               (long long)piece->times[i]));
    }
    return list;
}

static PyObject *answer_of(const Chunk *chunk, const Piece *piece) {
    PyObject *odd = odd_of(piece), *places = places_of(chunk, piece), *answer = NULL;
    if (odd != NULL && places != NULL)
        answer = Py_BuildValue("nnOO", (Py_ssize_t)piece->lines, (Py_ssize_t)piece->read, odd,
                               places);
    Py_XDECREF(odd);
    Py_XDECREF(places);
    return answer;
}

static PyObject *chunk_read(PyObject *object, PyObject *args) {
    ChunkObject *self = (ChunkObject *)object;
    Py_buffer data;
    const char *session, *project;
    Py_ssize_t session_size, project_size;
    Piece piece;
    Text place;
    PyObject *answer = NULL;
    int is_read;
    if (!is_free(self) || !PyArg_ParseTuple(args, "y*s#s#:read", &data, &session, &session_size,
                                            &project, &project_size))
        return NULL;
    memset(&piece, 0, sizeof piece);
    piece.session.at = (const u8 *)session;
    piece.session.size = (size_t)session_size;
    place.at = (const u8 *)project;
    place.size = (size_t)project_size;
    self->is_busy = 1;
    Py_BEGIN_ALLOW_THREADS
    is_read = name_number(&self->chunk.projects, place, &piece.project) &&
              read_piece(&self->chunk, &piece, data.buf, (size_t)data.len);
    Py_END_ALLOW_THREADS
    self->is_busy = 0;
    answer = is_read ? answer_of(&self->chunk, &piece) : PyErr_NoMemory();
    piece_free(&piece);
    PyBuffer_Release(&data);
    return answer;
}

/* Takes one number of a sighting; sets an error for one that no record can hold. */
static int64_t number_in(PyObject *sighting, Py_ssize_t place, int64_t most) {
    int64_t number = PyLong_AsLongLong(PyTuple_GetItem(sighting, place));
    if (!PyErr_Occurred() && (number < 0 || number > most))
        PyErr_SetString(PyExc_OverflowError, "a number that no record can hold");
    return number;
}

static uint32_t count_in(PyObject *sighting, Py_ssize_t place) {
    return (uint32_t)number_in(sighting, place, MOST_TOKENS);
}

static uint32_t flag_in(PyObject *sighting, Py_ssize_t place, uint32_t flag) {
    return number_in(sighting, place, 1) ? flag : 0;
}

static Text text_in(PyObject *sighting, Py_ssize_t place) {
    Text text = {NULL, 0};
    Py_ssize_t size = 0;
    PyObject *item = PyTuple_GetItem(sighting, place);
    text.at = item ? (const u8 *)PyUnicode_AsUTF8AndSize(item, &size) : NULL;
    text.size = text.at ? (size_t)size : 0;
    return text;
}

/* Reads a sighting, its fields in the order of engine/domain/responses.py; sets an error. */
static void sighting_into(Chunk *chunk, PyObject *sighting, Record *record) {
    PyObject *recorded = PyTuple_GetItem(sighting, 12);
    Text model = text_in(sighting, 2), agent = text_in(sighting, 13);
    Text session = text_in(sighting, 16), project = text_in(sighting, 17);
    Text provider = text_in(sighting, 18);
    if (PyTuple_Size(sighting) > 20 && PyLong_AsLongLong(PyTuple_GetItem(sighting, 20)) != PROMPT &&
        !PyErr_Occurred())
        PyErr_SetString(PyExc_OverflowError, "a context that no record can hold");
    record->won_at = number_in(sighting, 1, INT64_MAX);
    record->time = number_in(sighting, 14, INT64_MAX);
    record->recorded = recorded == Py_None ? NO_COST : number_in(sighting, 12, INT64_MAX);
    record->calculated = NO_COST;
    record->input = count_in(sighting, 3);
    record->output = count_in(sighting, 4);
    record->cache_read = count_in(sighting, 5);
    record->write_5m = count_in(sighting, 6);
    record->write_1h = count_in(sighting, 7);
    record->searches = (uint32_t)number_in(sighting, 11, MOST_SEARCHES);
    record->reasoning = count_in(sighting, 19);
    record->flags = flag_in(sighting, 8, FAST) | flag_in(sighting, 9, US) |
                    flag_in(sighting, 10, BATCH) | flag_in(sighting, 0, SIDECHAIN_FLAG) |
                    flag_in(sighting, 15, FORKED_FLAG);
    if (PyErr_Occurred())
        return;
    if (!name_number(&chunk->sessions, session, &record->session) ||
        !name_number(&chunk->projects, project, &record->project) ||
        !name_number(&chunk->agents, agent, &record->agent) ||
        !model_number(chunk, model, (record->flags & FAST) != 0, provider, &record->model) ||
        book(chunk, record) == MOST_ITEMS)
        PyErr_NoMemory();
}

static PyObject *chunk_see(PyObject *object, PyObject *args) {
    ChunkObject *self = (ChunkObject *)object;
    PyObject *sighting;
    long long id;
    Record record;
    if (!is_free(self) || !PyArg_ParseTuple(args, "LO!:see", &id, &PyTuple_Type, &sighting))
        return NULL;
    memset(&record, 0, sizeof record);
    record.id = id;
    sighting_into(&self->chunk, sighting, &record);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static uint64_t rate_in(PyObject *band, Py_ssize_t place) {
    PyObject *item = PyTuple_GetItem(band, place);
    return item ? PyLong_AsUnsignedLongLong(item) : 0;
}

static void band_into(Prices *prices, PyObject *told) {
    Band *bands = with_room(prices->bands, prices->bands_size + 1, &prices->bands_room,
                            sizeof *bands), *band;
    PyObject *above = PyTuple_GetItem(told, 0);
    if (bands == NULL)
        PyErr_NoMemory();
    if (bands == NULL || above == NULL)
        return;
    prices->bands = bands;
    band = &bands[prices->bands_size++];
    band->above = PyLong_AsLongLong(above);
    band->input = rate_in(told, 1);
    band->output = rate_in(told, 2);
    band->cache_read = rate_in(told, 3);
    band->write_5m = rate_in(told, 4);
    band->write_1h = rate_in(told, 5);
}

/* Reads rates until a time: (until, divisor, bands); sets an error. */
static void period_into(Prices *prices, PyObject *told) {
    Period *periods = with_room(prices->periods, prices->periods_size + 1, &prices->periods_room,
                                sizeof *periods), *period;
    PyObject *until = PyTuple_GetItem(told, 0), *bands = PyTuple_GetItem(told, 2);
    if (periods == NULL)
        PyErr_NoMemory();
    if (periods == NULL || until == NULL || bands == NULL)
        return;
    prices->periods = periods;
    period = &periods[prices->periods_size++];
    period->until = until == Py_None ? INT64_MAX : PyLong_AsLongLong(until);
    period->divisor = rate_in(told, 1);
    period->first = prices->bands_size;
    for (Py_ssize_t i = 0; i < PyTuple_Size(bands) && !PyErr_Occurred(); i++)
        band_into(prices, PyTuple_GetItem(bands, i));
    period->end = prices->bands_size;
    if (!PyErr_Occurred() && (period->divisor == 0 || period->divisor > MOST_DIVISOR ||
                              period->first == period->end))
        PyErr_SetString(PyExc_OverflowError, "a price that is too fine");
}

/* Asks what a record's kind costs; returns 0 with an error set. */
static int ask_rates(const Chunk *chunk, Prices *prices, const Record *record, PyObject *ask) {
    Rates *rates = &prices->rates[kind_of(record)];
    Text model = model_name(chunk, record->model);
    PyObject *told = PyObject_CallFunction(
        ask, "s#OOO", (const char *)model.at, (Py_ssize_t)model.size,
        record->flags & FAST ? Py_True : Py_False, record->flags & US ? Py_True : Py_False,
        record->flags & BATCH ? Py_True : Py_False);
    rates->first = rates->end = prices->periods_size;
    if (told != NULL && told != Py_None)
        for (Py_ssize_t i = 0; i < PyTuple_Size(told) && !PyErr_Occurred(); i++)
            period_into(prices, PyTuple_GetItem(told, i));
    rates->end = prices->periods_size;
    Py_XDECREF(told);
    return !PyErr_Occurred();
}

/* Prices all records, none where nobody is to be asked; returns 0 with an error set. */
static int price_all(Chunk *chunk, PyObject *ask) {
    size_t kinds = chunk->models.size * KINDS;
    Prices prices;
    int is_priced = 1;
    for (size_t i = 0; i < chunk->size; i++)
        chunk->records[i].calculated = NO_COST;
    if (ask == Py_None)
        return 1;
    memset(&prices, 0, sizeof prices);
    prices.rates = malloc((kinds + 1) * sizeof *prices.rates);
    for (size_t i = 0; prices.rates != NULL && i < kinds; i++)
        prices.rates[i].first = SIZE_MAX;
    if (prices.rates == NULL)
        PyErr_NoMemory();
    for (size_t i = 0; is_priced && prices.rates != NULL && i < chunk->size; i++) {
        Record *record = &chunk->records[i];
        is_priced = prices.rates[kind_of(record)].first != SIZE_MAX ||
                    ask_rates(chunk, &prices, record, ask);
        if (is_priced && !price(&prices, record)) {
            PyErr_SetString(PyExc_OverflowError, "a cost that no record can hold");
            is_priced = 0;
        }
    }
    is_priced = is_priced && prices.rates != NULL;
    prices_free(&prices);
    return is_priced;
}

static PyObject *names_of(const Names *names, const Used *used) {
    PyObject *list = PyList_New((Py_ssize_t)used->size);
    for (size_t i = 0; list != NULL && i < used->size; i++)
        put_item(&list, i, text_of(name(names, used->order[i])));
    return list;
}

static PyObject *models_of(const Chunk *chunk, const Used *used) {
    PyObject *list = PyList_New((Py_ssize_t)used->size);
    for (size_t i = 0; list != NULL && i < used->size; i++) {
        uint32_t model = used->order[i];
        put_item(&list, i,
                 Py_BuildValue("NON", text_of(model_name(chunk, model)),
                               name(&chunk->models, model).at[0] ? Py_True : Py_False,
                               text_of(model_provider(chunk, model))));
    }
    return list;
}

static PyObject *sum_of(const Sum *sum) {
    const int64_t numbers[] = {
        sum->slot,      sum->session,   sum->project,    sum->model,     sum->responses,
        sum->unpriced,  sum->tokens[0], sum->tokens[1],  sum->tokens[2], sum->tokens[3],
        sum->tokens[4], sum->cost,      sum->calculated, sum->recorded,  sum->reasoning,
        sum->first,     sum->last};
    size_t size = sizeof numbers / sizeof *numbers;
    PyObject *row = PyTuple_New((Py_ssize_t)size);
    for (size_t i = 0; row != NULL && i < size; i++) {
        PyObject *number = PyLong_FromLongLong(numbers[i]);
        if (number == NULL || PyTuple_SetItem(row, (Py_ssize_t)i, number) < 0)
            Py_CLEAR(row);
    }
    return row;
}

/* Returns a list of sums, None where one is too large; NULL with an error set. */
static PyObject *sums_of(const Chunk *chunk) {
    Sums sums;
    PyObject *list = NULL;
    int is_added = 1;
    memset(&sums, 0, sizeof sums);
    for (size_t i = 0; is_added > 0 && i < chunk->size; i++)
        is_added = add_up(&sums, &chunk->records[i]);
    if (is_added == 0)
        list = Py_NewRef(Py_None);
    else if (is_added < 0)
        PyErr_NoMemory();
    else
        list = PyList_New((Py_ssize_t)sums.size);
    for (size_t i = 0; list != NULL && list != Py_None && i < sums.size; i++)
        put_item(&list, i, sum_of(&sums.sums[i]));
    sums_free(&sums);
    return list;
}

/* Writes ids and records, which are sorted; returns NULL with an error set. */
static PyObject *written(const Chunk *chunk) {
    PyObject *ids = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(chunk->size * 8));
    PyObject *records = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(chunk->size * RECORD_SIZE));
    if (ids != NULL && records != NULL) {
        u8 *id = (u8 *)PyBytes_AsString(ids), *record = (u8 *)PyBytes_AsString(records);
        for (size_t i = 0; i < chunk->size; i++) {
            id = put(id, (uint64_t)chunk->records[i].id, 8);
            record = put_record(record, &chunk->records[i]);
        }
        return Py_BuildValue("NN", ids, records);
    }
    Py_XDECREF(ids);
    Py_XDECREF(records);
    return NULL;
}

/* Hands on a chunk whose names are numbered anew; returns NULL with an error set. */
static PyObject *packed(const Chunk *chunk, const Used *used) {
    PyObject *sums = sums_of(chunk), *bytes = sums ? written(chunk) : NULL, *names = NULL;
    PyObject *answer = NULL;
    if (bytes != NULL)
        names = Py_BuildValue("NNNN", names_of(&chunk->sessions, &used[0]),
                              names_of(&chunk->projects, &used[1]), models_of(chunk, &used[2]),
                              names_of(&chunk->agents, &used[3]));
    if (names != NULL)
        answer = Py_BuildValue("OOO", bytes, names, sums);
    Py_XDECREF(sums);
    Py_XDECREF(bytes);
    Py_XDECREF(names);
    return answer;
}

static PyObject *chunk_pack(PyObject *object, PyObject *ask) {
    ChunkObject *self = (ChunkObject *)object;
    Chunk *chunk = &self->chunk;
    Used used[4] = {{NULL, NULL, 0}, {NULL, NULL, 0}, {NULL, NULL, 0}, {NULL, NULL, 0}};
    PyObject *answer = NULL;
    int is_priced;
    if (!is_free(self))
        return NULL;
    self->is_busy = 1;
    is_priced = price_all(chunk, ask);
    self->is_busy = 0;
    if (!is_priced)
        return NULL;
    if (!used_make(&used[0], chunk->sessions.size) || !used_make(&used[1], chunk->projects.size) ||
        !used_make(&used[2], chunk->models.size) || !used_make(&used[3], chunk->agents.size))
        PyErr_NoMemory();
    else {
        if (chunk->size)
            qsort(chunk->records, chunk->size, sizeof(Record), by_id);
        for (size_t i = 0; i < chunk->size; i++) {
            Record *record = &chunk->records[i];
            record->session = used_number(&used[0], record->session);
            record->project = used_number(&used[1], record->project);
            record->model = used_number(&used[2], record->model);
            record->agent = used_number(&used[3], record->agent);
        }
        answer = packed(chunk, used);
        chunk_free(chunk);
        memset(chunk, 0, sizeof *chunk);
    }
    for (int i = 0; i < 4; i++)
        used_free(&used[i]);
    return answer;
}

static Py_ssize_t chunk_length(PyObject *object) {
    return (Py_ssize_t)((ChunkObject *)object)->chunk.size;
}

static void chunk_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    chunk_free(&((ChunkObject *)object)->chunk);
    release(object);
    Py_DECREF(type);
}

static PyMethodDef chunk_methods[] = {
    {"read", chunk_read, METH_VARARGS, "Read the finished lines of a piece."},
    {"see", chunk_see, METH_VARARGS, "Take a sighting that was read elsewhere."},
    {"pack", chunk_pack, METH_O, "Hand on what was read, and be empty."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot chunk_slots[] = {
    {Py_tp_doc, "The responses of some transcripts."},
    {Py_tp_methods, chunk_methods},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, chunk_dealloc},
    {Py_sq_length, chunk_length},
    {0, NULL},
};

static PyType_Spec chunk_spec = {
    "engine.native.scanner.Chunk", sizeof(ChunkObject), 0, Py_TPFLAGS_DEFAULT, chunk_slots,
};

#ifdef KNOWS_LISTINGS
/* Adds a text to a path at a place; returns its end, 0 where it is too long, -1 after an error. */
static Py_ssize_t add_to_path(char *path, Py_ssize_t at, PyObject *text) {
    PyObject *bytes = NULL;
    if (text == NULL || !PyUnicode_FSConverter(text, &bytes))
        return -1;
    Py_ssize_t size = PyBytes_Size(bytes);
    Py_ssize_t end = size < LONGEST - at - 1 ? at + size : 0;
    if (end)
        memcpy(path + at, PyBytes_AsString(bytes), (size_t)size + 1);
    Py_DECREF(bytes);
    return end;
}

/* Says whether a directory and its files are as listed: -1 after an error. */
static int is_listed_so(PyObject *directory, PyObject *names, const char **marks, const char *end) {
    char path[LONGEST];
    PyObject *text;
    long long device, inode, time;
    int64_t mark[MARK];
    if (!PyArg_ParseTuple(directory, "OLLL", &text, &device, &inode, &time))
        return -1;
    Py_ssize_t head = add_to_path(path, 0, text), size = PyList_Size(names);
    if (head < 0 || size < 0)
        return -1;
    int holds = head > 0 && is_as_noted(path, device, inode, time);
    path[head++] = '/';
    for (Py_ssize_t i = 0; holds == 1 && i < size; i++) {
        Py_ssize_t tail = add_to_path(path, head, PyList_GetItem(names, i));
        if (tail <= 0 || (size_t)(end - *marks) < sizeof mark)
            return tail < 0 ? -1 : 0;
        memcpy(mark, *marks, sizeof mark);
        *marks += sizeof mark;
        holds = is_as_marked(path, mark);
    }
    return holds;
}

static PyObject *is_as_listed(PyObject *module, PyObject *args) {
    PyObject *directories, *names;
    const char *marks;
    Py_ssize_t size;
    (void)module;
    if (!PyArg_ParseTuple(args, "OOy#", &directories, &names, &marks, &size))
        return NULL;
    const char *end = marks + size;
    Py_ssize_t count = PyList_Size(directories);
    if (count < 0 || PyList_Size(names) < 0)
        return NULL;
    int holds = count == PyList_Size(names);
    for (Py_ssize_t i = 0; holds == 1 && i < count; i++) {
        PyObject *directory = PyList_GetItem(directories, i), *below = PyList_GetItem(names, i);
        holds = directory && below ? is_listed_so(directory, below, &marks, end) : -1;
    }
    return holds < 0 ? NULL : PyBool_FromLong(holds && marks == end);
}
#endif

static PyMethodDef module_methods[] = {
#ifdef KNOWS_LISTINGS
    {"is_as_listed", is_as_listed, METH_VARARGS, "Say whether all is as a walk found it."},
#endif
    {NULL, NULL, 0, NULL},
};

static int fill(PyObject *module) {
    PyObject *type = PyType_FromSpec(&chunk_spec);
    int is_filled = type != NULL && PyModule_AddObjectRef(module, "Chunk", type) == 0 &&
                    PyModule_AddStringConstant(module, "SOURCES", CCMON_SOURCES) == 0 &&
                    PyModule_AddIntConstant(module, "FORM", FORM) == 0;
    Py_XDECREF(type);
    return is_filled ? 0 : -1;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "scanner", "The native reader of transcripts.", 0, module_methods,
    module_slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_scanner(void) { return PyModuleDef_Init(&definition); }
