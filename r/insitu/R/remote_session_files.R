# Files and objects between the two ends of a remote session: in blocks, a file under another name until all of it is
# there (docs/remote-sessions.md).

.rxBlockBytes <- 1048576L

# The path of a file of the working directory: other places are not reached by a name.
.rxPathInside <- function(folder, name) {
  parts <- if (is.character(name) && length(name) == 1L && !is.na(name)) strsplit(name, "/", fixed = TRUE)[[1L]]
  if (!length(parts) || !all(nzchar(parts)) || any(parts %in% c(".", "..")))
    stop("filename must name a file of the remote working directory, without .. or / before it")
  file.path(folder, name)
}

.rxFileInside <- function(folder, name) {
  path <- .rxPathInside(folder, name)
  if (!.rxAreFiles(path)) stop("there is no file '", name, "' in the remote working directory; ",
      "listRemoteFiles() lists them")
  path
}

# Whether paths are regular files, or lead to one: a pipe is none, nobody may write to it.
.rxAreFiles <- function(paths) .rxCall(insitu_are_files, path.expand(paths))

# file.path, which refuses names that are no text.
.rxPathsOf <- function(folder, names_of) if (length(names_of)) paste0(folder, "/", names_of) else character()

# What is in a folder, by names from there: folders, files, others. Links to folders are not followed, those to files
# are files.
.rxWalk <- function(folder) {
  found <- list(folders = character(), files = character(), others = character())
  visit <- function(inside) {
    names_of <- list.files(paste0(folder, "/", inside), all.files = TRUE, no.. = TRUE)
    if (!length(names_of)) return()
    names_of <- paste0(inside, names_of)
    paths <- .rxPathsOf(folder, names_of)
    folders <- dir.exists(paths) & !nzchar(Sys.readlink(paths))
    files <- .rxAreFiles(paths)
    found$folders <<- c(found$folders, names_of[folders])
    found$files <<- c(found$files, names_of[files])
    found$others <<- c(found$others, names_of[!folders & !files])
    for (each in names_of[folders]) visit(paste0(each, "/"))
  }
  visit("")
  lapply(found, function(names_of) names_of[order(.rxValidText(names_of), method = "radix")])
}

.rxFilesOfSession <- function() {
  names_of <- .rxWalk(.rxFar$home)$files
  about <- file.info(.rxPathsOf(.rxFar$home, names_of), extra_cols = FALSE)
  list(name = .rxValidText(names_of), stamp = if (length(names_of)) paste(names_of, about$size,
      as.numeric(about$mtime)))
}

# Sends a file in blocks; both ends do. `send`(type, document, payload).
.rxGiveFile <- function(path, send) {
  size <- file.size(path)
  from <- file(normalizePath(path), "rb", raw = TRUE)  # the whole path: file("stdin") is no file of that name
  on.exit(close(from))
  bytes <- .rxGiveBlocks(function() readBin(from, "raw", .rxBlockBytes), send)
  if (isTRUE(bytes < size)) stop("not all of it")  # readBin tells of no failure
  send(.rxFrameType$end, list(bytes = bytes), NULL)
}

# Sends bytes as a file is sent: objects, whose sending can be interrupted then.
.rxGiveBytes <- function(content, send) {
  at <- 0
  bytes <- .rxGiveBlocks(function() {
    block <- if (at < length(content)) content[seq(at + 1, min(at + .rxBlockBytes, length(content)))]
    at <<- at + length(block)
    block
  }, send)
  send(.rxFrameType$end, list(bytes = bytes), NULL)
}

.rxGiveBlocks <- function(read, send) {
  bytes <- 0
  while (length(block <- read())) {
    send(.rxFrameType$block, NULL, block)
    bytes <- bytes + length(block)
    allowInterrupts(Sys.sleep(0))
  }
  bytes
}

# Whether what an END frame says of a size is that size.
.rxIsSaid <- function(said, size) is.numeric(said) && length(said) == 1L && isTRUE(said == size)

# Takes bytes that come in blocks. `take`(frame) returns whether more is to come.
.rxTakesBytes <- function() {
  blocks <- list()
  whole <- FALSE
  list(take = function(frame) {
    if (frame$type == .rxFrameType$block) {
      blocks[[length(blocks) + 1L]] <<- frame$payload
      whole <<- FALSE
      return(TRUE)
    }
    whole <<- !isTRUE(frame$document$stopped) && .rxIsSaid(frame$document$bytes, sum(lengths(blocks)))
    FALSE
  }, begun = function() length(blocks) > 0L, whole = function() whole,
      content = function() if (length(blocks)) do.call(c, blocks) else raw())
}

# Takes a file that comes in blocks: written under another name, renamed when all of it is there. All blocks are taken
# whatever happens; a failure is told then. `take`(frame) returns whether more is to come.
.rxTakesFile <- function(path) {
  part <- tempfile(".part-", dirname(path))
  failure <- NULL
  whole <- FALSE
  trying <- function(code) tryCatch(code, error = function(e) failure <<- conditionMessage(e),
      warning = function(w) failure <<- conditionMessage(w))
  to <- trying(file(part, "wb"))
  list(take = function(frame) {
    if (frame$type == .rxFrameType$block) {
      if (is.null(failure)) trying(writeBin(frame$payload, to))
      return(TRUE)
    }
    if (inherits(to, "connection")) close(to)
    to <<- NULL
    complete <- !isTRUE(frame$document$stopped)
    if (complete && is.null(failure) && !.rxIsSaid(frame$document$bytes, file.size(part)))
      failure <<- "not all of it has come, or the disk is full"
    if (complete && is.null(failure)) whole <<- isTRUE(trying(file.rename(part, path)))
    unlink(part, expand = FALSE)
    FALSE
  }, abandon = function() {
    if (inherits(to, "connection")) try(close(to), silent = TRUE)
    unlink(part, expand = FALSE)
  }, whole = function() whole, failure = function() if (is.null(failure) &&
      !whole) "not all of it has come" else failure)
}

.rxFarPutFile <- function(document, payload, request) {
  path <- tryCatch(.rxPathInside(.rxFar$home, document$name), error = identity)
  incoming <- if (!inherits(path, "error")) .rxTakesFile(path)
  if (!is.null(incoming)) on.exit(incoming$abandon())
  repeat {
    frame <- .rxFarReceive()
    if (!is.null(incoming)) incoming$take(frame)
    if (frame$type != .rxFrameType$block) break
  }
  if (is.null(incoming)) stop(path)
  if (isTRUE(frame$document$stopped)) return(list(document = list(interrupted = TRUE)))
  if (!incoming$whole()) stop("'", document$name, "' cannot be written: ", incoming$failure())
  list()
}

.rxFarGive <- function(path, request) {
  .rxGiveFile(path, function(type, document, payload) suspendInterrupts(.rxFarSend(type, request, document, payload)))
  list()
}
