namespace NvgreGateway.Control.Configuration;

/// <summary>What a receiver of RFC 2784 and RFC 2890 takes and NVGRE has not; key <c>lenient</c>.</summary>
public sealed record LenientConfiguration
{
    /// <summary>GRE packets with a checksum are verified and taken (B-005).</summary>
    public required bool Checksum { get; init; }

    /// <summary>GRE packets with a sequence number are taken; the number is skipped (B-010).</summary>
    public required bool Sequence { get; init; }
}
