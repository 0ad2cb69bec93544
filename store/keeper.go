package store

type keeper struct{}

func keep(*Store) *keeper { return &keeper{} }
func (k *keeper) wake()   {}
func (k *keeper) stop()   {}
