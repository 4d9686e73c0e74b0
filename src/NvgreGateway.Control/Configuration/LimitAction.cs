namespace NvgreGateway.Control.Configuration;

/// <summary>What happens to a frame whose source is over a limit of learned MACs; key <c>limits.action</c> (E-034).</summary>
public enum LimitAction
{
    /// <summary>It is forwarded, its source is not learned.</summary>
    Forward,

    /// <summary>It is dropped as <c>drop.fdb.limit</c>.</summary>
    Drop,
}
