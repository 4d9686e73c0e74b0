namespace NvgreGateway.Control.Configuration;

/// <summary>What happens to the frame of a MAC that moves too often; key <c>fdb.moves.action</c> (E-032).</summary>
public enum MoveAction
{
    /// <summary>The entry stays where it is, the frame is forwarded.</summary>
    Freeze,

    /// <summary>The entry stays where it is, the frame is dropped as <c>drop.fdb.duplicate</c>.</summary>
    Drop,
}
