# Snapshots of remote sessions of R, where they run: a folder for each, with an archive of objects and files.

# Where snapshots of this user's sessions of R lie; theirs alone.
.rxSnapshotsFolder <- function() {
  folder <- Sys.getenv("INSITU_SNAPSHOTS_FOLDER")
  if (!nzchar(folder)) {
    state <- Sys.getenv("XDG_STATE_HOME")
    folder <- file.path(if (nzchar(state)) state else file.path(path.expand("~"), ".local", "state"), "insitu",
        "snapshots")
  }
  folder <- file.path(folder, "R")
  dir.create(folder, showWarnings = FALSE, recursive = TRUE, mode = "0700")
  .rxDemandUnmovable(dirname(normalizePath(folder)))
  .rxDemandOwn(folder)
}

# Objects are read from there: a place that others can write to is none.
.rxDemandOwn <- function(path) {
  about <- file.info(path)
  if (nzchar(Sys.readlink(path)) || is.na(about$uid) || about$uid != .rxOwnId() ||
      bitwAnd(as.integer(about$mode), 18L) != 0L)
    stop("'", path, "' is not the user's own, or others can write there; move it away, or chmod go-w")
  path
}

.rxOwnId <- function() file.info(tempdir())$uid

# A folder above, in which others can put another in the place of what is the user's. A group of the user's name is the
# user's alone.
.rxDemandUnmovable <- function(path) {
  about <- file.info(path)
  mode <- as.integer(about$mode)
  private <- about$gid == 0L || identical(about$grname, file.info(tempdir())$uname)
  writes <- bitwAnd(mode, 2L) != 0L || bitwAnd(mode, 16L) != 0L && !private
  if (!about$uid %in% c(0L, .rxOwnId()) || writes && bitwAnd(mode, 512L) == 0L)
    stop("others can write to '", path, "', where snapshots would lie; name another place in INSITU_SNAPSHOTS_FOLDER, ",
        "or chmod go-w")
  if (dirname(path) != path) .rxDemandUnmovable(dirname(path))
}

.rxSnapshot <- function(document) {
  id <- document$id
  if (!is.character(id) || length(id) != 1L || !grepl("^[0-9A-Za-z-]+$", id) ||
      !dir.exists(file.path(.rxSnapshotsFolder(), id)))
    stop("snapshot_id: there is no snapshot '", if (is.null(id)) "" else id[[1L]], "'; listSnapshots() lists them")
  .rxDemandOwn(file.path(.rxSnapshotsFolder(), id))
}

.rxArchiveOf <- function(document) .rxDemandOwn(file.path(.rxSnapshot(document), "snapshot.tar.gz"))

.rxStage <- function() {
  stage <- tempfile("snapshot-")
  dir.create(stage, mode = "0700")
  stage
}

.rxFarCreateSnapshot <- function(document, payload, request) {
  root <- .rxSnapshotsFolder()
  id <- paste0(format(Sys.time(), "%Y%m%d-%H%M%S-", tz = "UTC"), sub("^-", "", basename(tempfile("-"))))
  stage <- .rxStage()
  part <- file.path(root, paste0(".part-", id))
  on.exit(unlink(c(stage, part), recursive = TRUE, expand = FALSE))
  saveRDS(mget(ls(globalenv(), all.names = TRUE), globalenv()), file.path(stage, "workspace.rds"), compress = FALSE)
  dir.create(file.path(stage, "files"))
  found <- .rxWalk(.rxFar$home)
  copies <- file.path(stage, "files")
  for (each in .rxPathsOf(copies, found$folders)) dir.create(each, recursive = TRUE)
  if (!all(file.copy(.rxPathsOf(.rxFar$home, found$files), .rxPathsOf(copies, found$files), copy.date = TRUE)))
    stop("the files of the remote working directory cannot be copied: the disk is full, or a file cannot be read")
  dir.create(part, mode = "0700")
  archive <- file.path(part, "snapshot.tar.gz")
  there <- setwd(stage)
  status <- tryCatch(suppressWarnings(utils::tar(archive, ".", compression = "gzip", tar = "internal")),
      finally = setwd(there))
  if (!identical(as.integer(status), 0L)) stop("the snapshot cannot be written to ", root)
  writeLines(enc2utf8(document$name), file.path(part, "name"), useBytes = TRUE)
  if (!file.rename(part, file.path(root, id))) stop("the snapshot cannot be written to ", root)
  list(document = list(id = id, left = .rxArray(.rxValidText(found$others))))
}

.rxFarLoadSnapshot <- function(document, payload, request) {
  archive <- .rxArchiveOf(document)
  stage <- .rxStage()
  on.exit(unlink(stage, recursive = TRUE, expand = FALSE))
  utils::untar(archive, exdir = stage, tar = "internal")
  objects <- readRDS(file.path(stage, "workspace.rds"))
  suspendInterrupts({  # it comes as a whole from here on
    .rxMoveInto(file.path(stage, "files"), .rxFar$home)
    list2env(objects, globalenv())
  })
  list()
}

# Puts the files of a folder over those of another; a link that is in the way is replaced, never followed.
.rxMoveInto <- function(stage, home) {
  found <- .rxWalk(stage)
  for (each in found$folders) {
    there <- paste0(home, "/", each)
    if (nzchar(Sys.readlink(there)) || !dir.exists(there)) {
      suppressWarnings(file.remove(there))
      dir.create(there, recursive = TRUE)
    }
  }
  there <- .rxPathsOf(home, found$files)
  unlink(there[dir.exists(there) & !nzchar(Sys.readlink(there))], recursive = TRUE, expand = FALSE)
  if (!all(file.rename(.rxPathsOf(stage, found$files), there)))
    stop("the files of the snapshot cannot be written to the remote working directory")
}

.rxFarListSnapshots <- function(document, payload, request) {
  root <- .rxSnapshotsFolder()
  ids <- list.files(root)
  names_of <- vapply(ids, function(id) paste(readLines(file.path(root, id, "name"), warn = FALSE, encoding = "UTF-8"),
      collapse = "\n"), "")
  list(document = list(ids = .rxArray(ids), names = .rxArray(unname(names_of))))
}
