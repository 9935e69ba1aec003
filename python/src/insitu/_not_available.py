"""Functions and classes of revoscalepy and RevoScaleR (in Python's spelling) that this release does not have yet.

They are no attributes (``hasattr`` is False), and asking for one says so in words. Whoever adds one takes it from this list, which a
test demands.
"""

import sys

from insitu import _engine
from insitu.errors import Unsupported

NOT_AVAILABLE = frozenset("""
    rx_add_inheritance rx_btrees rx_chi_squared_test rx_comm_args_list rx_compress_xdf
    rx_cross_tabs rx_cube rx_data_frame_to_xdf rx_data_step_xdf rx_dforest
    rx_distribute_job rx_dtree rx_dtree_best_cp rx_factors
    rx_find_file_in_path rx_find_package rx_fisher_test rx_get_fuzzy_dist
    rx_get_fuzzy_keys rx_get_info_xdf
    rx_get_nodes rx_get_tree rx_get_var_info_xdf
    rx_import_to_xdf rx_install_packages rx_installed_packages rx_is_express_edition rx_job_info_list
    rx_kendall_cor rx_kmeans rx_launch_cluster_job_manager rx_leaf_size
    rx_marginals rx_merge rx_merge_xdf rx_naive_bayes rx_o_auth_parameters rx_odds_ratio
    rx_pairwise_cross_tab rx_predict_default rx_predict_rx_dforest rx_predict_rx_dtree
    rx_privacy_control rx_remote_call rx_remote_file_path
    rx_remote_hadoop_mr_call rx_remove_packages rx_risk_ratio rx_rng_del_stream rx_rng_get_stream rx_rng_new_stream
    rx_rng_set_stream rx_set_info_xdf rx_set_var_info_xdf
    rx_sort rx_sort_xdf rx_split rx_split_xdf rx_sql_lib_paths
    rx_sync_packages rx_teradata_drop_table rx_teradata_query rx_teradata_sql
    rx_teradata_table_exists rx_text_to_xdf rx_tlc_bridge rx_tree_depth rx_tree_size
    rx_var_imp_plot rx_var_used rx_xdf_to_text RxDForestResults RxDTreeResults
    RxHpcServer RxInTeradata
    RxRemoteComputeContext RxSasData RxSpssData RxTeradata
""".split())


class MissingName(Unsupported, AttributeError):
    """A name of the original that this release does not have, asked for as an attribute."""


class MissingImport(Unsupported, ImportError):
    """A name of the original that this release does not have, in ``from insitu import``."""


#: What to do without them.
_WAYS_OUT = {"RxTeradata": "no driver of Teradata is at hand to test it: export the table to Parquet or text, or read it from a database that "
                           "RxOdbcData reaches"}
_WAYS_OUT["RxInTeradata"] = _WAYS_OUT["RxTeradata"]


def _sentence(name):
    way_out = _WAYS_OUT.get(name)
    return f"{name} is not available yet in insitu {_engine.version()}" + (f"; {way_out}" if way_out else "")


def attribute_of(module):
    """The ``__getattr__`` of a module."""

    def find(name):
        if name in NOT_AVAILABLE:
            raise MissingName(_sentence(name))
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return find


class _Finder:
    """Python asks for a submodule when ``from insitu import name`` finds no attribute, and an AttributeError would be replaced by
    "cannot import name"."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        package, _, name = fullname.partition(".")
        if package in ("insitu", "revoscalepy") and name in NOT_AVAILABLE:
            raise MissingImport(_sentence(name))
        return None


if _Finder not in sys.meta_path:
    sys.meta_path.append(_Finder)
