namespace NvgreGateway.Control.Configuration;

/// <summary>The FlowID sent in the low byte of the key; key <c>flowId</c> (A-031).</summary>
public enum FlowIdMode
{
    /// <summary>A hash of the inner flow, for load sharing in the underlay.</summary>
    Hash,

    /// <summary>Always 0x00, for peers that match the whole key, as Linux gretap does.</summary>
    Zero,
}
