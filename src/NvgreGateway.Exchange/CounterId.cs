namespace NvgreGateway.Exchange;

/// <summary>
/// Counters that are not drops (requirements, section 7). <c>gre.proto.HEX</c> stands apart: see <see cref="GreProtocolCount"/>.
/// </summary>
public enum CounterId : byte
{
    /// <summary><c>tx.bum.copies</c>: copies made of frames that were replicated.</summary>
    TxBumCopies,
    /// <summary><c>tx.bum.failed</c>: copies of replicated frames that were lost while another copy left.</summary>
    TxBumFailed,
    /// <summary><c>ecn.anomaly</c>.</summary>
    EcnAnomaly,
    /// <summary><c>ecn.nonip_ce</c>.</summary>
    EcnNonipCe,
    /// <summary><c>icmp.ptb_rejected</c>.</summary>
    IcmpPtbRejected,
    /// <summary><c>inner.cksum_bad</c>.</summary>
    InnerCksumBad,
    /// <summary><c>fdb.conflict</c>: frames whose source has a static entry elsewhere.</summary>
    FdbConflict,
    /// <summary><c>fdb.unknown</c>: frames whose destination was not in the FDB.</summary>
    FdbUnknown,
    /// <summary><c>fdb.duplicate</c>: MACs marked duplicate.</summary>
    FdbDuplicate,
    /// <summary><c>fdb.limit</c>: frames whose source was not learned because of a limit.</summary>
    FdbLimit,
    /// <summary><c>offload.rule_fail</c>.</summary>
    OffloadRuleFail,
    /// <summary><c>rx.gre_in_udp_ignored</c>.</summary>
    RxGreInUdpIgnored,
    /// <summary><c>rx.vxlan_ignored</c>.</summary>
    RxVxlanIgnored,
    /// <summary><c>fdb.learned</c>.</summary>
    FdbLearned,
    /// <summary><c>fdb.moved</c>.</summary>
    FdbMoved,
    /// <summary><c>fdb.aged</c>.</summary>
    FdbAged,
    /// <summary><c>fdb.flushed</c>.</summary>
    FdbFlushed,
    /// <summary><c>fdb.full</c>: frames whose source was not learned because the table is full.</summary>
    FdbFull,

    /// <summary>Not a counter: how many members there are.</summary>
    Count,
}
